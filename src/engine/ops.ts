import { OpsError, opsError } from '../core/errors.ts';
import type { Fleet, Node } from '../core/node.ts';
import type { Session, Transport } from '../core/session.ts';
import type { Ops, Survey } from '../core/tool.ts';
import { count } from '../core/format.ts';
import type { EvidenceStore } from './evidence.ts';
import { createMemory, type Memory } from './memory.ts';
import { reachFinding } from './reach.ts';
import { selectNodes } from './select-nodes.ts';
import { survey } from './survey.ts';
import { createSweep, type Sweep } from './sweep.ts';

export interface Engine {
  ops(options: { fleet: Fleet; signal: AbortSignal; onProgress(message: string): void }): Ops;
}

/** The machinery behind the tools: lines to nodes, what is remembered of them, and the evidence. */
export function createEngine({ transport, evidence }: { transport: Transport; evidence: EvidenceStore }): Engine {
  const memories = new Map<string, Memory>();
  const memoryOf = (node: string): Memory => {
    const known = memories.get(node) ?? createMemory();
    memories.set(node, known);
    return known;
  };

  return {
    ops({ fleet, signal, onProgress }) {
      const look = async (node: Node): Promise<{ sweep: Sweep; session: Session }> => {
        if (signal.aborted) throw new OpsError('CANCELLED', 'Cancelled before it began.');
        const session = await transport.open(node, signal);
        const onWait = (ms: number) => onProgress(`${node.name}: waiting ${ms / 1000} s for a second sample`);
        const sweep = createSweep({ node: node.name, session, memory: memoryOf(node.name), evidence, signal, onWait });
        return { sweep, session };
      };

      return {
        fleet,
        nodes: (selectors) => selectNodes(fleet, selectors),
        async observe(node, probe, input) {
          const { sweep } = await look(node);
          return await sweep.observe(probe, input);
        },
        async survey(node, checks): Promise<Survey> {
          try {
            const { sweep, session } = await look(node);
            const findings = await survey(sweep, node, checks);
            onProgress(`${node.name}: ${count(findings.length, 'finding')}`);
            return { findings, notes: notesOf(node, session) };
          } catch (thrown) {
            const error = opsError(thrown);
            if (error.kind.blame !== 'node') throw error;
            return { findings: [reachFinding(node, error)], notes: [] };
          }
        },
        unreached: reachFinding,
        keep: (node, title, text) => evidence.keep(node.name, title, text),
        progress: onProgress,
      };
    },
  };
}

function notesOf(node: Node, session: Session): readonly string[] {
  const simulated =
    node.simulated.length === 0 ? [] : [`${node.name}: SIMULATED, not real: ${node.simulated.join(', ')}.`];
  return [...simulated, ...session.notes().map((note) => `${node.name}: ${note}`)];
}
