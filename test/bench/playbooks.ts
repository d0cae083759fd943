import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ggufModel } from '../../sandbox/gguf.ts';
import { createApp, type App } from '../../src/app.ts';
import { playbookPlan } from '../../src/tools/playbook-plan.ts';
import type { Farm } from './farm.ts';
import { median, ms, timed, type Figure } from './measure.ts';

const rounds = 5;
/** The pause between the two samples of a model. */
const sampleMs = 3_000;
const many = 50;

interface Written {
  readonly nodes: Record<string, { services: Record<string, object>; commands?: object }>;
}

/** The farm with a model for llama that was cut off, and a command that copies it. */
function brokenFleet({ fullFleet, folder }: Farm): string {
  const model = join(folder, 'cut.gguf');
  const whole = ggufModel('bench', ['token_embd.weight', 'output.weight'], 65_536);
  writeFileSync(model, whole.subarray(0, Math.floor(whole.length * 0.6)));
  chmodSync(model, 0o644);
  const { nodes, ...rest } = parse(readFileSync(fullFleet, 'utf8')) as Written;
  for (const node of Object.values(nodes)) {
    node.services['llama'] = { ...node.services['llama'], models: [{ path: model, resync: 'copy' }] };
    node.commands = { copy: { words: ['/bin/true'] } };
  }
  const path = join(folder, 'broken.yaml');
  writeFileSync(path, stringify({ nodes, ...rest }));
  return path;
}

async function plan(app: App, nodes: readonly string[]): Promise<void> {
  const { signal } = new AbortController();
  const input = { playbook: 'llama_recover', nodes, service: 'llama' };
  const report = await app.call(playbookPlan, input, { signal, onProgress: () => undefined });
  const { nodes: planned } = playbookPlan.data.parse(report.data);
  const other = planned.find(({ state }) => state !== 'planned');
  if (planned.length !== nodes.length || other !== undefined)
    throw new Error(`${other?.node}: ${other?.state}: ${other?.said}`);
}

/** What it takes to plan `llama_recover` for a broken model, on one warm node and on fifty. */
export async function playbooks(farm: Farm): Promise<readonly Figure[]> {
  const app = await createApp({ fleetPath: brokenFleet(farm) });
  const names = farm.addresses.slice(0, many).map((_, index) => `n${index + 1}`);
  try {
    await plan(app, names);
    const one: number[] = [];
    const all: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      one.push(await timed(() => plan(app, ['n1'])));
      all.push(await timed(() => plan(app, names)));
    }
    const [alone, together] = [median(one), median(all)];
    return [
      {
        figure: 'plan of `llama_recover` on a warm node',
        goal: '≤ 3.5 s, 300 ms without the second sample of the model',
        seen: `${ms(alone)} (${ms(Math.max(0, alone - sampleMs))} without)`,
        reached: alone <= sampleMs + 300,
      },
      {
        figure: `the same on ${names.length} nodes, against one`,
        goal: '≤ 2',
        seen: `${(together / alone).toFixed(2)} (${ms(together)} : ${ms(alone)})`,
        reached: together / alone <= 2,
      },
    ];
  } finally {
    await app.close();
  }
}
