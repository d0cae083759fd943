import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { engineSocket, type EnginePlace } from '../services/engine-answer.ts';
import { stackContainers } from '../probes/stack-containers.ts';

/** Trap: an engine that hangs on a mount or on its storage answers late before it answers no more. */
export const dockerEngine = defineCheck({
  name: 'docker.engine',
  summary: 'The container engine of each service of compose answers at once',
  layer: 'container',
  rule: 'Degraded when the list of its containers takes longer than `engineSlowMs`; whether it answers at all is told by manager.reach.',
  unseen: 'Room on the data root of the engine, and whether it could start another container.',
  subjects(node: Node): readonly Subject<EnginePlace>[] {
    const places = node.services
      .filter(({ manager }) => manager === 'compose')
      .map(({ server, become }): EnginePlace => ({ server, become }));
    const distinct = new Map(places.map((place) => [engineSocket(place), place]));
    return [...distinct].map(([socket, place]) => ({ id: `engine:${socket}`, value: place }));
  },
  needs: (place) => ({ engine: need(stackContainers, place) }),
  evaluate({ engine }, place, { thresholds: { engineSlowMs } }): Verdict {
    const socket = engineSocket(place);
    if (!engine.reachable) {
      return { status: 'not_applicable', summary: `The engine at ${socket} can not be asked: see manager.reach.` };
    }
    const running = engine.containers.filter(({ state }) => state === 'running').length;
    const ms = Math.round(engine.ms);
    const answered = `The engine at ${socket} listed ${count(engine.containers.length, 'container')} (${running} running) in ${ms} ms`;
    if (ms <= engineSlowMs) return { status: 'ok', summary: `${answered}.` };
    return {
      status: 'degraded',
      summary: `${answered}, limit ${engineSlowMs} ms: something holds it up.`,
      next: [
        {
          say: 'See its log (journalctl -u docker), the room and the speed of its data root, and mounts of containers that no longer answer, before it hangs.',
        },
      ],
    };
  },
});
