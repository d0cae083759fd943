import { defineServiceManager } from '../core/service-manager.ts';
import { composeAnswer, composeServices } from './compose-answer.ts';
import { containerEvents, endsOf } from './compose-ends.ts';
import { composeLogs } from './compose-logs.ts';
import { composeTell } from './compose-tell.ts';

/** docker compose and podman-compose: their containers, by the API of the engine over its socket. */
export const compose = defineServiceManager({
  name: 'compose',
  summary: 'docker compose, by the API of the container engine',
  *list(place, units) {
    const answer = yield* composeAnswer(place);
    if (!answer.reachable) return answer;
    const services = yield* composeServices(place, answer, units);
    return { reachable: true, via: `project ${answer.project} at ${answer.via}`, services };
  },
  logs: composeLogs,
  tell: composeTell,
  *exits(place, unit) {
    const answer = yield* composeAnswer(place);
    const none = { source: 'the container engine', exits: [], aheadSeconds: 0 };
    if (!answer.reachable) return { ...none, trouble: answer.say };
    const own = answer.containers.filter(({ service }) => service === unit);
    if (own.length === 0 || answer.clock === null) return none;
    const ids = own.map(({ id }) => id);
    return { ...none, exits: endsOf(own, yield* containerEvents(place, ids, answer.clock)) };
  },
});
