import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { OpsError } from '../core/errors.ts';
import type { Fleet, Node } from '../core/node.ts';
import type { Session, Transport } from '../core/session.ts';
import type { NodeLook, Ops } from '../core/tool.ts';
import { count } from '../core/format.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Trail } from './audit-trail.ts';
import { createMemory, type Memory } from './memory.ts';
import { createLanes } from './lanes.ts';
import { matching } from './matching.ts';
import { reachFinding } from './reach.ts';
import { selectNodes } from './select-nodes.ts';
import { survey } from './survey.ts';
import { createSweep } from './sweep.ts';

/** To all nodes together. One node has about a hundred. */
const questionsAtOnce = 256;

export interface Engine {
  ops(options: { fleet: Fleet; signal: AbortSignal; trail: Trail; onProgress: Ops['progress'] }): Ops;
}

/** The machinery behind the tools: lines to nodes, what is remembered of them, and the evidence. */
export function createEngine({
  transport,
  evidence,
  local,
}: {
  transport: Transport;
  evidence: EvidenceStore;
  local: Node;
}): Engine {
  const lanes = createLanes(questionsAtOnce);
  const memories = new Map<string, Memory>();
  const memoryOf = (node: string): Memory => {
    const known = memories.get(node) ?? createMemory();
    memories.set(node, known);
    return known;
  };

  return {
    ops({ fleet, signal, trail, onProgress }) {
      return {
        fleet,
        nodes: (selectors) => selectNodes(fleet, selectors, local),
        async look(node): Promise<NodeLook> {
          if (signal.aborted) throw new OpsError('CANCELLED', 'Cancelled before it began.');
          // A signal of its own for each node: thousands of listeners on one would slow each other down.
          const own = AbortSignal.any([signal]);
          setMaxListeners(0, own);
          const session = trail.over(node.name, await transport.open(node, own));
          const onWait = (ms: number) => onProgress(`${node.name}: waiting ${ms / 1000} s for a second sample`);
          const memory = memoryOf(node.name);
          const sweep = createSweep({ node: node.name, session, memory, evidence, lanes, signal: own, onWait });
          return {
            observe: (probe, input) => sweep.observe(probe, input),
            async survey(checks) {
              const findings = await survey(sweep, node, checks);
              onProgress(`${node.name}: ${count(findings.length, 'finding')}`);
              return findings;
            },
            notes: () => notesOf(node, session),
          };
        },
        unreached: reachFinding,
        keep: (node, title, text) => evidence.keep(node.name, title, text),
        progress: onProgress,
        matching: (pattern, texts) => matching(pattern, texts, signal),
        async pause(ms) {
          await pause(ms, undefined, { signal }).catch((cause: unknown) => {
            throw new OpsError('CANCELLED', 'Cancelled while waiting.', { cause });
          });
        },
        now: Date.now,
      };
    },
  };
}

function notesOf(node: Node, session: Session): readonly string[] {
  const simulated =
    node.simulated.length === 0 ? [] : [`${node.name}: SIMULATED, not real: ${node.simulated.join(', ')}.`];
  return [...simulated, ...session.notes().map((note) => `${node.name}: ${note}`)];
}
