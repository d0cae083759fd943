import { defineCheck, needTwice, type Subject, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { mountAnswer, type MountAnswer } from '../probes/mount-answer.ts';
import { brokenFilesystem } from './file-trouble.ts';
import { declaredPlaces, derivedPlaces } from './places.ts';

interface Place {
  readonly path: string;
  readonly judged: readonly string[];
}
type Asked = Exclude<MountAnswer, { says: 'judged' }>;

const apartMs = 10_000;
/** Of the requests that may wait for a FUSE program. Source: gpud. */
const crowdedPercent = 80;

/** Sources: recorded dead and hung FUSE daemons (attributes still answer), gpud (queue of FUSE), public NFS runbooks. */
export const mountAlive = defineCheck({
  name: 'mount.alive',
  summary: 'The filesystems that the node and its services use answer',
  layer: 'storage',
  rule: 'Critical when a filesystem gives no answer, or an error that says it is dead. On network and FUSE mounts degraded when it is slower than `mountSlowMs`, does not list its files in time, or fills 80 % of its FUSE queue (gpud) in two looks; unknown when only its owner is let in.',
  unseen:
    'Mounts on which no declared path lies, and files that hang on a mount whose folder answers: model.read finds those.',
  // Each place is asked on its own, so that one which hangs hides no other.
  subjects: (node): readonly Subject<Place>[] =>
    [...declaredPlaces(node), ...derivedPlaces(node)].map((path, index, all) => ({
      id: `mount:${path}`,
      value: { path, judged: all.slice(0, index) },
    })),
  needs({ path, judged }, { become, thresholds: { mountSlowMs } }) {
    const settled = (first: MountAnswer) =>
      first.says === 'judged' || !(isSlow(first, mountSlowMs) || isCrowded(first));
    return { answers: needTwice(mountAnswer, { path, judged, become }, { apartMs, settled }) };
  },
  evaluate({ answers: [first, second] }, { path }, node): readonly Verdict[] {
    const answer = second ?? first;
    if (answer.says === 'judged') return [];
    const name = answer.mount === null ? path : `${path} (${answer.mount.type})`;
    if (answer.says === 'nothing') return [hangs(name, answer)];
    const { errno } = answer;
    const broken = errno === null ? undefined : whyBroken(errno, answer);
    if (broken !== undefined) {
      const summary = `${name} can not be used: ${broken}.`;
      return [{ status: 'critical', summary, restartHelps: 'after-fix', next: [remount] }];
    }
    // Any other trouble is about the path, not about its filesystem.
    return answer.remote && answer.says !== 'trouble' ? [remote(name, answer, node)] : [];
  },
});

/** A network or FUSE filesystem that answered. */
function remote(name: string, answer: Asked, { thresholds: { mountSlowMs } }: Node): Verdict {
  if (answer.closed) {
    return {
      status: 'unknown',
      summary: `${name}: whether it is alive is not known, because only the user who mounted it is let in.`,
      next: [{ say: 'Declare `become: sudo` for the node, or log in as the user who mounted it.' }],
    };
  }
  if (answer.errno === 'ETIMEDOUT') {
    return {
      status: 'degraded',
      summary: `${name} tells its room but does not list its files in time: the store behind it hangs, or the folder is huge.`,
      next: [{ say: 'Read the log of the program that serves the mount, and read a part of a model there by hand.' }],
    };
  }
  if (isCrowded(answer)) {
    return {
      status: 'degraded',
      summary: `${name} answers, but ${waitingText(answer)} in two looks, over ${crowdedPercent} % of the ${answer.mostWaiting} that it takes at a time.`,
      next: [{ say: 'See what reads there so much, and whether the program that serves the mount keeps up.' }],
    };
  }
  const took = answer.ms < 1_000 ? `${answer.ms} ms` : durationText(answer.ms / 1_000);
  if (!isSlow(answer, mountSlowMs)) return { status: 'ok', summary: `${name} answers in ${took}.` };
  return {
    status: 'degraded',
    summary: `${name} takes ${took} to tell its room in two looks, longer than ${durationText(mountSlowMs / 1_000)}.`,
    next: [{ say: 'See whether the network to the file server, or the server itself, is overloaded.' }],
  };
}

function hangs(name: string, answer: Asked): Verdict {
  const queue = answer.waiting === null ? '' : `; ${waitingText(answer)}`;
  return {
    status: 'critical',
    summary: `${name} hangs: it gave no answer in ${durationText(answer.ms / 1_000)}, while the node answers${queue}.`,
    restartHelps: 'after-fix',
    next: [
      {
        say: 'Keep away from that path, every program that looks there hangs too; see whether its server or the program that serves it is alive.',
      },
      remount,
    ],
  };
}

/** OpenSSH's SFTP server gives one status for every errno that it has no code for, and it reads as EIO. */
function whyBroken(errno: string, { mount, remote: isRemote }: Asked): string | undefined {
  // That it tells its room and lists nothing in time is judged by itself.
  if (errno === 'ETIMEDOUT') return undefined;
  if (errno !== 'EIO' || !isRemote) return brokenFilesystem(errno);
  return mount?.type.startsWith('fuse') === true
    ? 'the program that serves this mount has died, or the store behind it fails (input/output error)'
    : 'the file server fails, or no longer knows it (input/output error or stale file handle)';
}

const isSlow = (answer: MountAnswer, slowMs: number): boolean =>
  answer.says !== 'judged' && answer.remote && answer.says !== 'nothing' && answer.ms > slowMs;

const isCrowded = (answer: MountAnswer): boolean =>
  answer.says !== 'judged' &&
  answer.says !== 'nothing' &&
  (answer.waiting ?? 0) * 100 >= (answer.mostWaiting ?? Number.POSITIVE_INFINITY) * crowdedPercent;

const waitingText = ({ waiting }: Asked): string =>
  `${count(waiting ?? 0, 'request')} ${waiting === 1 ? 'waits' : 'wait'} for the program that serves it`;

const remount = {
  say: 'Save what the node shows now, stop the services that use it, unmount it lazily (umount -l), mount it again, read both ends of a model there, then start them.',
};
