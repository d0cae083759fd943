import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../sandbox/fault.ts';
import { faultNamed, faults } from '../../sandbox/faults/index.ts';
import { leads, score, standingOf, touched } from '../../src/drill/score.ts';
import { playbooks } from '../../src/playbooks/index.ts';

function known(name: string): Fault {
  const fault = faultNamed(name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return fault;
}
const cut = known('cut_model');
interface Gone {
  readonly first: Parameters<typeof leads>[1];
  readonly ended: string | undefined;
  readonly isWell: boolean | undefined;
  readonly touched: readonly string[];
  readonly changes: number;
}
const led = [{ check: 'model.complete', subject: 'model:/m.gguf', role: 'cause' }];
const good: Gone = { first: led, ended: 'verified', isWell: true, touched: ['llama', 'model'], changes: 1 };
const bad = ({ first = led, ...found }: Partial<Gone>, fault = cut) =>
  score(fault, { ...good, named: leads(fault, first), ...found })
    .filter((part) => !part.good)
    .map(({ what }) => what);

test('a drill is won where the cause was named, it is cured, stays so, and nothing else was touched', () => {
  expect(bad({})).toEqual([]);
});

test.each<[string, object, string]>([
  ['another cause', { first: [{ ...led[0], check: 'node.disk' }] }, 'cause named'],
  ['the cause only told as a consequence', { first: [{ ...led[0], role: 'consequence' }] }, 'cause named'],
  ['nothing found', { first: [] }, 'cause named'],
  ['another end', { ended: 'escalated' }, 'cured'],
  ['no end', { ended: undefined }, 'cured'],
  ['not for long', { isWell: false }, 'stays well'],
  ['another service restarted', { touched: ['llama', 'model', 'worker'] }, 'touched worker'],
])('it is lost by %s', (_, found, what) => {
  expect(bad(found)).toEqual([what]);
});

test('on a healthy node nothing is blamed and nothing is done', () => {
  const healthy = known('healthy');
  const calm = { first: [], ended: 'well', touched: [], changes: 0 };
  expect(bad(calm, healthy)).toEqual([]);
  expect(bad({ ...calm, first: led }, healthy)).toEqual(['nothing blamed']);
  expect(bad({ ...calm, touched: ['llama'] }, healthy)).toEqual(['touched llama']);
  // Whatever it is that was changed and changed back.
  expect(bad({ ...calm, changes: 1 }, healthy)).toEqual(['no needless change']);
});

test('what ends again and again by itself was not touched, and a person can not be made to cure it', () => {
  const image = known('wrong_image');
  const first = [{ check: 'service.files', subject: 'service:api', role: 'cause' }];
  expect(bad({ first, ended: 'escalated', isWell: undefined, touched: ['api'], changes: 0 }, image)).toEqual([]);
  expect(bad({ first, ended: 'verified', isWell: undefined, touched: ['app'], changes: 0 }, image)).toEqual([
    'left to a person',
    'touched app',
  ]);
});

test('a service that runs as another process and a file with another content were touched', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rh-score-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = { model: join(folder, 'm'), workerEnv: join(folder, 'w'), app: join(folder, 'a') };
  for (const path of [files.model, files.workerEnv]) writeFileSync(path, 'x');
  const pids = { llama: 10, api: 20 };
  const services = async () => [
    { name: 'llama', status: 'online', restarts: 0, pid: pids.llama },
    { name: 'api', status: 'online', restarts: 0, pid: pids.api },
    { name: 'worker', status: 'stopped', restarts: 0, pid: 0 },
  ];
  const before = await standingOf({ services, files });
  expect(touched(before, await standingOf({ services, files }))).toEqual([]);
  pids.api = 21;
  writeFileSync(files.app, 'new');
  writeFileSync(files.model, 'y');
  expect(touched(before, await standingOf({ services, files }))).toEqual(['api', 'model', 'app']);
});

const of = (playbook: string): number => faults.filter(({ cure }) => cure.playbook === playbook).length;

test('every playbook that mends has a fault, those that recover two, and every fault a name of its own', () => {
  // What installs and starts ComfyUI mends no incident that the sandbox could plant: it has tests of its own over sshd.
  const mends = playbooks.filter(({ name }) => !name.startsWith('comfyui_'));
  expect(mends.filter(({ name }) => of(name) < (/_recover$|_attach$/.test(name) ? 2 : 1))).toEqual([]);
  const names = playbooks.map(({ name }) => name);
  expect(faults.filter(({ cure }) => !names.includes(cure.playbook))).toEqual([]);
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
});

test('words that name the cause are known, and those of another fault are not', () => {
  expect(known('cut_model').named.test('the file of the model is truncated')).toBe(true);
  expect(known('red_herring').named.test('somebody stopped the worker')).toBe(true);
  expect(known('red_herring').named.test('CUDA ran out of memory')).toBe(false);
  expect(known('healthy').named.test('nothing is wrong')).toBe(true);
  expect(known('lost_gpu').named.test('the disk is full')).toBe(false);
});
