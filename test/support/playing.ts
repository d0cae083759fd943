import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { captured } from '../../src/core/capture.ts';
import { run } from '../../src/core/command.ts';
import type { Report } from '../../src/core/report.ts';
import type { AnyTool } from '../../src/core/tool.ts';
import { playbookPlan } from '../../src/tools/playbook-plan.ts';
import { playbookRun } from '../../src/tools/playbook-run.ts';
import type { playData } from '../../src/tools/play-report.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { freeHand } from './change-ops.ts';
import { testNode } from './node.ts';
import { nodeKeys, plantNode, type Part } from './planted-node.ts';

type Played = Report<z.output<typeof playData>>;

/** A planted node that playbooks are put to, under a policy that allows everything. */
export interface Stage {
  call(tool: AnyTool, input: Readonly<Record<string, unknown>>): Promise<Report>;
  plan(playbook: string, more?: Readonly<Record<string, unknown>>): Promise<Played>;
  play(playbook: string, more?: Readonly<Record<string, unknown>>): Promise<Played>;
  /** What a program of the node prints. */
  says(...words: readonly [string, ...string[]]): Promise<string>;
}

export const nodeName = 'gpu-1';

/** Nodes for one test file; they are gone when it is over. */
export function stages(): {
  on(parts: readonly Part[], act: (stage: Stage) => Promise<void>): Promise<void>;
  readonly state: string;
  close(): void;
} {
  const state = mkdtempSync(join(tmpdir(), 'rh-playing-'));
  const keys = nodeKeys();
  return {
    state,
    async on(parts, act) {
      const { fleetPath, stop } = await plantNode(nodeName, parts, keys.folder);
      const fleet = JSON.parse(readFileSync(fleetPath, 'utf8')) as { nodes: Record<string, Record<string, unknown>> };
      writeFileSync(fleetPath, JSON.stringify({ ...fleet, policy: freeHand }));
      const app = await createApp({ fleetPath });
      const transport = createSshTransport();
      const call = (tool: AnyTool, input: Readonly<Record<string, unknown>>) =>
        app.call(tool, input, { signal: new AbortController().signal, onProgress: () => undefined });
      const put =
        (tool: AnyTool) =>
        async (playbook: string, more: Readonly<Record<string, unknown>> = {}) =>
          (await call(tool, { playbook, nodes: [nodeName], ...more })) as Played;
      const stage: Stage = {
        call,
        plan: put(playbookPlan),
        play: put(playbookRun),
        async says(...words) {
          const session = await transport.open(testNode(fleet.nodes[nodeName]), new AbortController().signal);
          return captured((await session.ask(run(words))).stdout);
        },
      };
      try {
        await act(stage);
      } finally {
        await transport.close();
        await app.close();
        await stop();
      }
    },
    close() {
      keys.remove();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
