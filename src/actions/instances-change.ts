import type { Change } from '../core/action.ts';
import type { Loading } from './loading.ts';

/** What is shown and approved of it. `foreign`: touched, and not started by this file. */
export function instancesChange(before: Loading, foreign: readonly string[]): Change {
  const { file, sha, to, only, gone, manager, place, pids } = before;
  const ran = [...new Set([...only, ...gone])].filter((name) => pids[name] !== undefined);
  const parts = [
    ...(sha === to ? [] : [`write ${file}`]),
    ...(gone.length === 0 ? [] : [`have ${manager} end and forget ${gone.join(', ')}`]),
    ...(only.length === 0 ? [] : [`have ${manager} start ${only.join(', ')} as it says`]),
    ...(manager === 'pm2' ? ['save that for the next boot'] : []),
  ];
  const untold =
    foreign.length === 0
      ? []
      : [
          `${foreign.join(', ')} ${foreign.length === 1 ? 'was' : 'were'} started by something else than ${file}: nothing brings that back.`,
        ];
  return {
    subject: `file:${file}`,
    risk: 'approve',
    what: `${upper(parts.join(', '))}.`,
    drops: [
      ...(ran.length === 0
        ? []
        : [
            `Jobs that ${ran.join(', ')} ${ran.length === 1 ? 'works' : 'work'} on are lost, and requests to ${ran.length === 1 ? 'it' : 'them'} fail until the new start answers.`,
          ]),
      ...untold,
    ],
    proves: [
      ...(only.length === 0 ? [] : [`${only.join(', ')} run as other processes than before.`]),
      'All declared instances answer on their ports, each on its GPU, without a break for the quiet time.',
    ],
    undo:
      foreign.length > 0
        ? null
        : {
            action: 'instances.restore',
            args: { sha: to, to: sha, only: ran, gone: only.filter((name) => !ran.includes(name)) },
            what:
              sha === 'none'
                ? `Remove ${file}, and have ${manager} forget what it started.`
                : `Put back what ${file} held, and have ${manager} run that.`,
          },
    world: { file, sha, to, only: [...only], gone: [...gone], manager, place },
    before,
  };
}

const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
