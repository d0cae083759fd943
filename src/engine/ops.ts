import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { OpsError } from '../core/errors.ts';
import type { ChangeOutcome } from '../core/change-outcome.ts';
import type { Fleet, Node } from '../core/node.ts';
import type { Session, Transport } from '../core/session.ts';
import type { Asking } from '../core/probe.ts';
import type { ChangeOps, MakeOps, NodeLook, Ops } from '../core/tool.ts';
import { count } from '../core/format.ts';
import type { RunMark, Trail } from './audit-trail.ts';
import type { ChangeDesk } from './change-desk.ts';
import type { ChangeStores } from './change-stores.ts';
import { changeNode, planNode } from './change-node.ts';
import { escalate } from './escalate.ts';
import type { Look } from './hands.ts';
import { createMemory, type Memory } from './memory.ts';
import { opened } from './opened.ts';
import { createLanes } from './lanes.ts';
import { mayMake } from './may-make.ts';
import { matching } from './matching.ts';
import { reachFinding } from './reach.ts';
import { policyRevision } from './policy-revision.ts';
import { resumeRun } from './resume-run.ts';
import { selectNodes } from './select-nodes.ts';
import { askToStop } from './stop-run.ts';
import { survey } from './survey.ts';
import { createSweep } from './sweep.ts';

/** To all nodes together. One node has about a hundred. */
const questionsAtOnce = 256;

export interface Engine {
  ops(call: Call): ChangeOps & MakeOps;
}

interface Call {
  readonly fleet: Fleet;
  /** What the call leaves in the audit; it knows who asks. */
  readonly trail: Trail;
  readonly signal: AbortSignal;
  readonly onProgress: Ops['progress'];
  /** Told the id of each run in the moment it begins, or is gone on with. */
  onRun?(id: string): void;
}

/** The machinery behind the tools: lines to nodes, what is remembered of them, and the evidence. */
export function createEngine({
  transport,
  local,
  stores,
}: {
  transport: Transport;
  local: Node;
  stores: ChangeStores;
}): Engine {
  const { evidence, runs, baselines } = stores;
  const lanes = createLanes(questionsAtOnce);
  const memories = new Map<string, Memory>();
  const memoryOf = (node: string): Memory => {
    const known = memories.get(node) ?? createMemory();
    memories.set(node, known);
    return known;
  };

  return {
    ops({ fleet, trail, signal, onProgress, onRun }) {
      const nodes = (selectors: readonly string[]) => selectNodes(fleet, selectors, local);
      async function lineTo(
        node: Node,
        { run, withinMs }: { run?: RunMark | undefined; withinMs?: number | undefined } = {},
      ) {
        if (signal.aborted) throw new OpsError('CANCELLED', 'Cancelled before it began.');
        // A signal of its own for each node: thousands of listeners on one would slow each other down.
        const own = AbortSignal.any([signal]);
        setMaxListeners(0, own);
        const session = trail.over(node.name, await opened(transport, node, own, withinMs), run);
        const onWait = (ms: number) => onProgress(`${node.name}: waiting ${ms / 1000} s for a second sample`);
        const sweepWith = (memory: Memory) =>
          createSweep({ node: node.name, session, memory, evidence, lanes, signal: own, withinMs, onWait });
        return { session, sweepWith };
      }
      const desk: ChangeDesk = {
        ...stores,
        fleet,
        principal: trail.caller.principal,
        policy: policyRevision(fleet.policy),
        signal,
        say: (message) => onProgress(message),
        began: (id) => onRun?.(id),
        nodeNamed(name) {
          const [node] = nodes([name]);
          if (node === undefined) throw new OpsError('UNKNOWN_NODE', `No node is called ${JSON.stringify(name)}.`);
          return node;
        },
        async open(node, run) {
          const { session, sweepWith } = await lineTo(node, { run });
          // Nothing remembered: a sample of before a change says nothing of what it did.
          const look: Look = {
            at: <T>(name: string, steps: () => Asking<T>) =>
              sweepWith(createMemory()).observe({ name, summary: name, steps }, undefined),
            survey: (some, checks) => survey(sweepWith(createMemory()), some, checks),
          };
          return { session, look };
        },
      };
      const noted = async (node: Node, outcome: ChangeOutcome): Promise<ChangeOutcome> => ({
        ...outcome,
        notes: [...outcome.notes, ...notesOf(node, await transport.open(node, signal))],
      });
      return {
        fleet,
        nodes,
        runs,
        baselines,
        plan: async (request) => noted(request.node, await planNode(desk, request)),
        escalate: async (request) => noted(request.node, await escalate(desk, request)),
        change: async (request) => noted(request.node, await changeNode(desk, request)),
        stop: async (id) => await askToStop(stores.folder, await runs.find(id), trail.caller.principal),
        async resume(id, way) {
          const { run } = await runs.find(id);
          return noted(desk.nodeNamed(run.node), await resumeRun(desk, id, way));
        },
        async make(node, { action, service, command }, hearing) {
          const { principal } = trail.caller;
          mayMake(fleet.policy, { action, node, service, principal, at: Date.now() });
          const { session } = await lineTo(node);
          return await session.ask(command, signal, hearing);
        },
        async look(node, options): Promise<NodeLook> {
          const { session, sweepWith } = await lineTo(node, options);
          const sweep = sweepWith(memoryOf(node.name));
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
        evidence: (id) => evidence.find(id),
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
