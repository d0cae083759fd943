import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Stack } from '../core/stack.ts';
import type { StackService } from '../probes/stack-service.ts';
import { stackInit as stackInitProbe, type InitRun } from '../probes/stack-init.ts';
import { initWords, saysFailed } from './init-words.ts';
import {
  activeProfiles,
  compose,
  engineUnknown,
  fileUnknown,
  isInit,
  membersInput,
  needFile,
  needMembers,
  profilesOf,
  stackNode,
} from './stack-view.ts';

/** Trap: the exit code of a line of a shell is that of its last command: one of two downloads may fail, and it ends with 0. */
export const stackInit = defineCheck({
  name: 'stack.init',
  summary: 'The init containers of the active profile ran once, well, and share the storage of what they provision',
  layer: 'container',
  rule: 'Critical when one ended with an error, never ran, starts again and again, or its log tells of a failure although it ended with 0; degraded when it still runs, or shares no mount with the service that it is for; unknown when the engine does not tell.',
  unseen: 'What a log told before its last 60 lines, and containers that were removed after they ran.',
  subjects: stackNode,
  needs: (stack, node) => ({
    file: needFile(stack, node),
    members: needMembers(stack, node),
    runs: need(stackInitProbe, { ...membersInput(stack, node), init: stack.init }),
  }),
  evaluate({ file, members, runs }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    if (!members.reachable) return [engineUnknown(members)];
    const active = new Set(activeProfiles(file, stack, members.members).map(({ profile }) => profile));
    const inits = file.services.filter((service) => {
      const profiles = profilesOf(service, stack);
      return isInit(service, file, stack) && (profiles.length === 0 || profiles.some((profile) => active.has(profile)));
    });
    if (inits.length === 0)
      return [{ status: 'not_applicable', summary: 'No init container belongs to what is active.' }];
    const trouble = inits.flatMap((service): Verdict[] => {
      const own = runs?.find((run) => run.service === service.name);
      const found = own === undefined ? neverRan(service.name, stack) : verdictOn(own, members.clock, stack);
      const apart = sharesNothing(service, file.services);
      return [...(found === undefined ? [] : [found]), ...(apart === undefined ? [] : [apart])];
    });
    if (trouble.length > 0) return trouble;
    return [
      {
        status: 'ok',
        summary: `${count(inits.length, 'init container')} ran and ended well (${inits.map(({ name }) => name).join(', ')}).`,
      },
    ];
  },
});

const again = (service: string, stack: Stack): string =>
  `Run it again: ${compose(stack, null, `up -d --no-deps ${service}`)}`;

const critical = (service: string, summary: string, say: string): Verdict => ({
  status: 'critical',
  subject: `container:${service}`,
  summary,
  restartHelps: 'after-fix',
  next: [{ say }],
});

const neverRan = (service: string, stack: Stack): Verdict =>
  critical(
    service,
    `The init container ${service} never ran: what it provisions may be missing.`,
    again(service, stack),
  );

function verdictOn(run: InitRun, clock: number | null, stack: Stack): Verdict | undefined {
  const { service, status, exitCode, startedAt, restarts, error } = run;
  if (status === 'restarting' || restarts > 1)
    return critical(
      service,
      `The init container ${service} starts again and again (${count(restarts, 'time')}, last exit code ${exitCode}), and is to run once.`,
      'Take its restart policy away (restart: "no"), and see in its log why it ends.',
    );
  if (status === 'running') {
    const since = clock === null || startedAt === null ? '' : ` for ${durationText(Math.max(0, clock - startedAt))}`;
    return {
      status: 'degraded',
      subject: `container:${service}`,
      summary: `The init container ${service} still runs${since}: what it provisions is not there as a whole.`,
      restartHelps: 'no',
      next: [{ say: `Wait for it, and follow its log: docker logs -f ${service}` }],
    };
  }
  if (status === 'created')
    return critical(
      service,
      `The init container ${service} was never started${error === '' ? '' : `: ${error}`}.`,
      again(service, stack),
    );
  return ended(run, stack);
}

function ended({ service, exitCode, log }: InitRun, stack: Stack): Verdict | undefined {
  const known = log.findLast(
    (line) => initWords.some(({ pattern }) => pattern.test(line)) && (exitCode !== 0 || saysFailed.test(line)),
  );
  const failed = known ?? (exitCode === 0 ? undefined : log.at(-1));
  if (exitCode === 0 && failed === undefined) return undefined;
  const words = initWords.find(({ pattern }) => failed !== undefined && pattern.test(failed));
  const how = exitCode === 0 ? 'ended with 0, and yet failed' : `failed with exit code ${exitCode}`;
  const why = words === undefined ? '' : `: ${words.means}`;
  const said = failed === undefined ? '' : ` ("${failed}")`;
  return critical(
    service,
    `The init container ${service} ${how}${why}${said}.`,
    `${words?.say ?? `See its log (docker logs ${service}), then run it again`}: ${compose(stack, null, `up -d --no-deps ${service}`)}`,
  );
}

/** What it stores must be what the service reads. */
function sharesNothing(service: StackService, all: readonly StackService[]): Verdict | undefined {
  const servers = all.filter(({ name, mounts }) => service.needs.includes(name) && mounts.length > 0);
  const keys = new Set(service.mounts.map(({ type, source }) => `${type}:${source}`));
  const [apart] = servers.filter(({ mounts }) => !mounts.some(({ type, source }) => keys.has(`${type}:${source}`)));
  if (apart === undefined) return undefined;
  return {
    status: 'degraded',
    subject: `stack:${service.name}`,
    summary: `The init container ${service.name} shares no volume with ${apart.name}: what it fetches is only there through the server.`,
    next: [{ say: `Give both the same volume in the compose file (${apart.mounts[0]?.source ?? ''}).` }],
  };
}
