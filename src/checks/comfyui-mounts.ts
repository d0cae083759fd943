import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import type { ComfyuiContainer } from '../probes/comfyui-container.ts';
import { comfyuiFolders, type ComfyuiFolders } from '../probes/comfyui-folders.ts';
import { runInside } from '../probes/comfyui-layout.ts';
import { isUnder } from '../probes/mounts.ts';
import { isImagesOwn } from './comfyui-refused.ts';
import { comfyuiStores } from './comfyui-storage.ts';

/** Source: what Docker does with the parent of a mount, and the image's README. */
export const comfyuiMounts = defineCheck({
  name: 'comfyui.mounts',
  summary: 'The container of ComfyUI is mounted and run as its image needs it and the fleet file says',
  layer: 'container',
  rule: 'Critical without one mount of all of /comfy/mnt, or with a read-only root; degraded with mounts below it, shared models that are writable or not there, a user set by compose, or other ids than declared; unknown when the engine does not answer. Source: its init script.',
  unseen: 'Before the container is made: what its compose file will say. Links below the folders of models.',
  subjects: comfyuiStores,
  needs: (storage, { become }) => ({ folders: need(comfyuiFolders, { storage, become }) }),
  evaluate({ folders: { seen, layout } }, storage): readonly Verdict[] {
    if (seen.state === 'undeclared') return [notYet('No container of it is declared')];
    if (seen.state === 'not there') return [notYet(`There is no container ${storage.container} yet`)];
    if (seen.state === 'unasked')
      return [{ status: 'unknown', summary: `How its container is mounted is not known: ${seen.say}.` }];
    const { container } = seen;
    const bad = [...own(container, storage), ...shared(container, storage), ...asWho(container, layout, storage)];
    if (bad.length > 0) return bad;
    const summary = `${container.name} has ${storage.run} as ${runInside} in one mount${
      storage.shared.length > 0 ? `, and ${count(storage.shared.length, 'folder')} of shared models read-only` : ''
    }.`;
    return [{ status: 'ok', summary }];
  },
});

const notYet = (why: string): Verdict => ({
  status: 'not_applicable',
  summary: `${why}: its folders are judged as the fleet file lays them out.`,
});

const wrong = (status: 'critical' | 'degraded', summary: string, say: string): Verdict => ({
  status,
  summary,
  restartHelps: 'no',
  next: [{ say }],
});

function own({ mounts, readOnlyRoot }: ComfyuiContainer, { run }: ComfyuiStorage): readonly Verdict[] {
  const whole = mounts.find(({ inside }) => inside === runInside);
  const below = mounts.filter(({ inside }) => inside !== runInside && isUnder(inside, runInside));
  const names = below.map(({ inside }) => inside).join(', ');
  const one = `Mount ${run} as ${runInside} in one, and nothing below it.`;
  const found: Verdict[] = [];
  if (whole === undefined) {
    const instead =
      below.length === 0
        ? 'nothing is mounted there'
        : `only ${names} ${below.length === 1 ? 'is' : 'are'} mounted, and Docker makes the folder above as root`;
    found.push(wrong('critical', `${runInside} is not mounted: ${instead}.`, one));
  } else {
    if (whole.kind !== 'bind')
      found.push(
        wrong(
          'degraded',
          `${runInside} is a ${whole.kind}, not a folder of the node: nobody sees whose it is, and it goes with the container.`,
          one,
        ),
      );
    else if (whole.path !== run)
      found.push(
        wrong(
          'degraded',
          `${runInside} is ${whole.path}, the fleet file says ${run}.`,
          'Correct whichever of the two is wrong.',
        ),
      );
    if (below.length > 0)
      found.push(
        wrong(
          'degraded',
          `${names} ${below.length === 1 ? 'is' : 'are'} mounted below ${runInside}: Docker makes the folders of such mounts as root.`,
          'Mount it elsewhere, and make it visible by a link.',
        ),
      );
  }
  if (readOnlyRoot)
    found.push(
      wrong(
        'critical',
        'The root of its container is read-only: the init script writes to /tmp and /etc, and ends without a message.',
        'Take `read_only: true` out of the compose file.',
      ),
    );
  return found;
}

const shared = ({ mounts }: ComfyuiContainer, storage: ComfyuiStorage): readonly Verdict[] =>
  storage.shared.flatMap(({ path, inside }) => {
    const mount = mounts.find((each) => each.inside === inside);
    const right = `Mount ${path} as ${inside}:ro.`;
    if (isUnder(inside, runInside))
      return wrong(
        'degraded',
        `The shared models ${path} are declared below ${runInside}.`,
        `Mount them outside of ${runInside}, and link to them.`,
      );
    if (mount === undefined)
      return wrong(
        'degraded',
        `The shared models ${path} are not mounted at ${inside}: links to them are broken in the container.`,
        right,
      );
    if (mount.writable)
      return wrong(
        'degraded',
        `The shared models ${path} are mounted writable at ${inside}: ComfyUI may change or delete what others use.`,
        right,
      );
    return mount.path === path
      ? []
      : wrong('degraded', `${inside} is ${mount.path}, the fleet file says ${path}.`, right);
  });

function asWho(
  { user }: ComfyuiContainer,
  layout: ComfyuiFolders['layout'],
  storage: ComfyuiStorage,
): readonly Verdict[] {
  const found: Verdict[] = [];
  const declared = storage.base === undefined ? null : storage.inside;
  if (!isImagesOwn(user))
    found.push(
      wrong(
        'degraded',
        `The container runs as \`user: ${user}\`: the image must start as its own user and changes to WANTED_UID by itself.`,
        'Take `user:` out of the compose file.',
      ),
    );
  if (layout.uid !== storage.uid || layout.gid !== storage.gid)
    found.push(
      wrong(
        'degraded',
        `The container wants ${layout.uid}:${layout.gid}, the fleet file says ${storage.uid}:${storage.gid}.`,
        `Set WANTED_UID=${storage.uid} and WANTED_GID=${storage.gid}.`,
      ),
    );
  if (layout.base !== declared)
    found.push(
      wrong(
        'degraded',
        `BASE_DIRECTORY is ${layout.base ?? 'not set'}, the fleet file says ${declared ?? 'none'}.`,
        'Correct whichever of the two is wrong.',
      ),
    );
  return found;
}
