import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { faultNamed, faults } from '../../sandbox/faults.ts';
import { score, standingOf, touched } from '../../scripts/drill-score.ts';
import { playbooks } from '../../src/playbooks/index.ts';

const cut = faultNamed('cut_model');
const led = [{ check: 'model.complete', subject: 'model:/m.gguf', role: 'cause' }];
const good = { first: led, ended: 'verified', isWell: true, touched: ['llama', 'model'] };
const bad = (found: object, fault = cut) =>
  score(fault, { ...good, ...found })
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
  const healthy = faultNamed('healthy');
  const calm = { first: [], ended: 'well', touched: [] };
  expect(bad(calm, healthy)).toEqual([]);
  expect(bad({ ...calm, first: led }, healthy)).toEqual(['nothing blamed']);
  expect(bad({ ...calm, touched: ['llama'] }, healthy)).toEqual(['touched llama']);
});

test('what ends again and again by itself was not touched, and a person can not be made to cure it', () => {
  const image = faultNamed('wrong_image');
  const first = [{ check: 'service.files', subject: 'service:api', role: 'cause' }];
  expect(bad({ first, ended: 'escalated', isWell: undefined, touched: ['api'] }, image)).toEqual([]);
  expect(bad({ first, ended: 'verified', isWell: undefined, touched: ['app'] }, image)).toEqual([
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

test('every fault has a playbook that there is, and a name of its own', () => {
  const names = playbooks.map(({ name }) => name);
  expect(faults.filter(({ cure }) => !names.includes(cure.playbook))).toEqual([]);
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  expect(() => faultNamed('nothing')).toThrow('There are: cut_model');
});
