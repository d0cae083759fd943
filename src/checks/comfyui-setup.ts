import { defineCheck, need, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { baseNames, comfyInside, comfyuiFolders, type ComfyuiFolders } from '../probes/comfyui-folders.ts';
import { runInside } from '../probes/comfyui-layout.ts';
import { comfyuiStores } from './comfyui-storage.ts';

/** How long git and pip take at most on an ordinary line. Source: the image's README, 5 to 30 minutes. */
const usualSeconds = 1_800;

/** Nothing listens during a first start: what it has made so far tells how far it is. */
export const comfyuiSetup = defineCheck({
  name: 'comfyui.setup',
  summary:
    'A first start of the ComfyUI image, which takes 5 to 30 minutes without an open port, is not taken for dead',
  layer: 'inference',
  rule: 'Degraded while a running container still fetches what it needs, with a hint to wait; critical after 30 minutes of it. Source: its README.',
  unseen: 'Without a BASE_DIRECTORY the last step, pip, leaves no mark: it counts as done when there is a venv.',
  subjects: comfyuiStores,
  needs: (storage, { become }) => ({ folders: need(comfyuiFolders, { storage, become }) }),
  evaluate({ folders }): readonly Verdict[] {
    const { seen } = folders;
    if (seen.state !== 'there' || seen.container.status !== 'running') return [];
    const left = whatIsLeft(folders);
    const { name, startedAt, clock } = seen.container;
    if (left === undefined)
      return [{ status: 'ok', summary: `${name} has made all its folders: its first start is over.` }];
    const seconds = startedAt === null || clock === null ? undefined : clock - startedAt;
    const since = seconds === undefined ? '' : ` for ${durationText(seconds)}`;
    if (seconds !== undefined && seconds > usualSeconds) {
      return [
        {
          status: 'critical',
          summary: `The first start of ${name} goes on${since}, longer than 30 minutes: ${left}.`,
          restartHelps: 'maybe',
          next: [{ say: `Read its log for the last line that begins with "==", and see whether it still fetches.` }],
        },
      ];
    }
    return [
      {
        status: 'degraded',
        summary: `${name} starts for the first time${since}: ${left}. That takes 5 to 30 minutes, and nothing listens meanwhile.`,
        restartHelps: 'no',
        next: [{ say: 'Wait. A restart begins the step anew.' }],
      },
    ];
  },
});

function whatIsLeft({ layout: { base }, sights, closed }: ComfyuiFolders): string | undefined {
  if (closed[runInside] !== undefined) return undefined;
  if (sights[comfyInside] === undefined) return 'ComfyUI is not cloned yet';
  if (sights[`${runInside}/venv`] === undefined) return 'ComfyUI is cloned, its venv is not made yet';
  if (base === null || closed[base] !== undefined) return undefined;
  return baseNames.every((name) => sights[`${base}/${name}`] !== undefined)
    ? undefined
    : `its packages are being installed, ${base} is not filled yet`;
}
