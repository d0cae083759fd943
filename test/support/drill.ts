import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { z } from 'zod';
import { createApp, type App } from '../../src/app.ts';
import type { Report } from '../../src/core/report.ts';
import type { Played } from '../../src/play/on-node.ts';
import type { playData } from '../../src/tools/play-report.ts';
import { playbookPlan } from '../../src/tools/playbook-plan.ts';
import { playbookRun } from '../../src/tools/playbook-run.ts';
import { serviceList } from '../../src/tools/service-list.ts';
import { freeHand } from './change-ops.ts';
import { plantNode, type Part, type PlantedNode } from './planted-node.ts';

/** A planted fault that a playbook must cure, or leave to the right person, and what it may touch on the way. */
export interface Drill {
  readonly name: string;
  readonly playbook: string;
  /** Where several would fit. */
  readonly service?: string;
  plant(): readonly Part[];
  /** One after the other on the same node. */
  readonly acts: readonly Act[];
  /** Something loud and harmless stands beside the fault. */
  readonly herring?: boolean;
}

export interface Act {
  /** What happens to the node before: content by path, null for a file that goes. */
  readonly put?: Readonly<Record<string, string | null>>;
  /** It is only planned: nothing may be touched at all. */
  readonly plan?: boolean;
  readonly state: Played['state'];
  readonly remedy?: string;
  /** What the sentence of the report must hold. */
  readonly says: RegExp;
  /** What one of the next steps must say. */
  readonly next?: RegExp;
  /** Services that must be other processes afterwards; all others must be the same. */
  readonly restarted?: readonly string[];
  /** Files that may be other ones afterwards, by path. */
  readonly wrote?: readonly RegExp[];
  /** What files must hold afterwards. */
  readonly holds?: Readonly<Record<string, RegExp>>;
}

const nodeName = 'gpu-1';
type Data = z.infer<typeof playData>;

/** What went wrong in a drill, act by act; empty where nothing did. */
export async function failings({ playbook, service, plant, acts }: Drill, keys: string): Promise<readonly string[]> {
  const state = mkdtempSync(join(tmpdir(), 'rackhand-drill-'));
  const node = await plantNode(nodeName, [...plant(), { fleet: { policy: freeHand } }], keys);
  // It is read before anything is awaited: drills run side by side.
  vi.stubEnv('RACKHAND_STATE', state);
  const app = await createApp({ fleetPath: node.fleetPath });
  try {
    const wrong: string[] = [];
    for (const [index, act] of acts.entries()) {
      for (const [path, content] of Object.entries(act.put ?? {}))
        if (content === null) rmSync(node.root + path);
        else writeFileSync(node.root + path, content);
      const found = await actFailings(app, node, { playbook, service }, act);
      wrong.push(...found.map((each) => `act ${index + 1}: ${each}`));
      if (found.length > 0) break;
    }
    return wrong;
  } finally {
    await app.close();
    await node.stop();
    rmSync(state, { recursive: true });
  }
}

async function actFailings(
  app: App,
  node: PlantedNode,
  { playbook, service }: { readonly playbook: string; readonly service: string | undefined },
  act: Act,
): Promise<readonly string[]> {
  const said: string[] = [];
  const call = { signal: new AbortController().signal, onProgress: (message: string) => void said.push(message) };
  const processes = async () => await pidsOf(app);
  const before = { files: filesOf(node.written), pids: await processes() };
  const input = { playbook, nodes: [nodeName], ...(service !== undefined && { service }) };
  const report: Report = await app.call(act.plan === true ? playbookPlan : playbookRun, input, call);
  const after = { files: filesOf(node.written), pids: await processes() };
  const [played] = (report.data as Data).nodes;
  const { restarted = [], wrote = [], holds = {} } = act;
  const changed = [...new Set([...before.files.keys(), ...after.files.keys()])].filter(
    (path) => before.files.get(path) !== after.files.get(path) && !wrote.some((allowed) => allowed.test(path)),
  );
  const moved = [...before.pids].filter(([name, pid]) => after.pids.get(name) !== pid && !restarted.includes(name));
  const kept = restarted.filter((name) => {
    const pid = after.pids.get(name);
    return pid === undefined || pid === before.pids.get(name);
  });
  const steps = report.next.map(({ say }) => say);
  const problems: readonly (readonly [boolean, string])[] = [
    [played?.state === act.state, `it is ${played?.state}, not ${act.state}`],
    [(played?.remedy ?? undefined) === act.remedy, `its remedy is ${played?.remedy}, not ${act.remedy}`],
    [act.says.test(report.summary), `it does not say ${act.says}`],
    [act.next === undefined || steps.some((say) => act.next?.test(say)), `no next step says ${act.next}`],
    ...changed.map((path) => [false, `it touched ${path}`] as const),
    ...moved.map(([name]) => [false, `${name} is another process`] as const),
    ...kept.map((name) => [false, `${name} was not started anew`] as const),
    ...Object.entries(holds).map(([path, text]) => {
      const content = readFileSync(node.root + path, 'utf8');
      return [text.test(content), `${path} holds ${content.slice(0, 200)}`] as const;
    }),
  ];
  const wrong = problems.filter(([right]) => !right).map(([, problem]) => problem);
  return wrong.length === 0 ? [] : [...wrong, ...shown(report), ...said.slice(-5)];
}

/** What runs, by the names that its manager has for it. What crashes is another process every moment. */
async function pidsOf(app: App): Promise<ReadonlyMap<string, number>> {
  const call = { signal: new AbortController().signal, onProgress: () => undefined };
  const { data } = await app.call(serviceList, { nodes: [nodeName] }, call);
  const { services } = serviceList.data.parse(data);
  return new Map(
    services.flatMap(({ unit, state, pid }) => (state === 'running' && pid !== null ? [[unit, pid] as const] : [])),
  );
}

/** What programs of the node write by themselves. */
const own = /^\/(?:var\/log|run\/(?:supervisor|temporal|sshd)|opt\/situation)\b/;

/** Each file that was planted or written since, with a mark of what it is. */
function filesOf(written: string): ReadonlyMap<string, string> {
  const all = readdirSync(written, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name).slice(written.length);
    if (entry.isDirectory() || own.test(path)) return [];
    const mark = entry.isFile()
      ? createHash('sha1')
          .update(readFileSync(written + path))
          .digest('hex')
      : 'no file';
    return [[path, mark] as const];
  });
  return new Map(all);
}

/** The report as a person who mends a playbook wants to read it. */
const shown = ({ summary, findings, next }: Report): readonly string[] => [
  summary,
  ...findings.map((each) => `${each.role} ${each.status} ${each.check} ${each.subject}: ${each.summary}`),
  ...next.map(({ say }) => `next: ${say}`),
];
