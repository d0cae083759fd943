import type { Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { ModelFileFact } from '../probes/model-file.ts';
import type { NamedMount } from '../probes/mounts-over.ts';
import type { ModelWhereabouts } from '../probes/model-whereabouts.ts';
import { brokenModel, copyAgain, mendTheMount } from './broken-model.ts';
import { brokenFilesystem } from './file-trouble.ts';

export const moveAside = 'Move what stands there aside, copy the model to that path, then restart its service.';

type Absent = Extract<ModelFileFact, { there: false }>;
type Found = ModelWhereabouts | null;

/** Names the anomaly: a copy that succeeded and a file that is not seen have one of few reasons. Lowest layer first. */
export function absentModel(path: string, file: Absent, found: Found, node: Node): Verdict {
  const { errno, message } = file;
  const broken = brokenFilesystem(errno);
  if (broken !== undefined) return brokenModel(`${path} can not be reached: ${broken}.`, mendTheMount);
  if (errno === 'ELOOP') return brokenModel(`${path} is a symbolic link that leads back to itself.`, moveAside);
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') {
    const closed = found?.closed ?? null;
    const by =
      closed === null
        ? ''
        : `, refused by the folder ${closed.path} (mode ${octal(closed.mode)}, owner ${closed.uid}:${closed.gid})`;
    return {
      status: 'unknown',
      summary: `Whether ${path} is there is not known: ${message} (${errno})${by}.`,
      ...(errno === 'EACCES' && { next: [{ say: 'Declare `become: sudo` for the service in the fleet file.' }] }),
    };
  }
  return (
    byUnmounted(path, found, node) ??
    byLink(path, file, found) ??
    byDownload(path, file) ??
    byHiding(path, found) ??
    byBarrier(path, file, found) ??
    byName(path, found) ??
    nearest(path, file)
  );
}

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

const mountText = ({ type, source, path }: NamedMount): string => `${type} ${source} on ${path}`;

/** A declared mount that is not there: what was copied without it went elsewhere. */
function byUnmounted(path: string, found: Found, { mounts }: Node): Verdict | undefined {
  const on = found?.on ?? null;
  if (found === null || on === null) return undefined;
  const places = mounts
    .map((mount) => mount.replace(/\/$/, ''))
    .filter((mount) => found.target.startsWith(`${mount}/`));
  const declared = places.find((mount) => on.path.length < mount.length);
  if (declared === undefined) return undefined;
  return brokenModel(
    `${path} is missing, because nothing is mounted on ${declared}: what is there lies on ${mountText(on)}.`,
    `Mount ${declared}, then restart its service; a copy made now would fill ${on.path}.`,
  );
}

/** Another filesystem was mounted over the one that may hold it. Two of the same kind are often meant so. */
function byHiding(path: string, found: Found): Verdict | undefined {
  const on = found?.on ?? null;
  const hidden = found?.hidden.find(({ type, source }) => on !== null && (type !== on.type || source !== on.source));
  if (hidden === undefined || on === null) return undefined;
  return brokenModel(
    `${path} is missing; ${mountText(on)} is mounted over ${mountText(hidden)}, and hides what that holds.`,
    'See which of the two mounts is meant and unmount the other, after the services that use it are stopped.',
  );
}

function byLink(path: string, { link }: Absent, found: Found): Verdict | undefined {
  if (link === null) return undefined;
  const barrier = found?.barrier ?? null;
  const why = barrier === null ? '' : `: ${barrier.path} is missing`;
  return brokenModel(
    `${path} is a symbolic link to ${link}, which is not there${why}.`,
    'Remove the link before copying the model: a copy onto it is refused with "File exists".',
  );
}

function byBarrier(path: string, { folderErrno }: Absent, found: Found): Verdict | undefined {
  const barrier = found?.barrier ?? null;
  if (barrier !== null && barrier.link !== null) {
    return brokenModel(
      `${path} is missing: its folder ${barrier.path} is a symbolic link to ${barrier.link}, which is not there.`,
      'See whether the volume that the link leads to is mounted, then whether the model is on it.',
    );
  }
  if (barrier === null && folderErrno !== 'ENOENT') return undefined;
  const first = barrier === null ? 'so is its folder' : `so is the folder ${barrier.path}`;
  return brokenModel(
    `${path} is missing, and ${first}${twin(found)}.`,
    'See whether its volume is mounted, then copy the model.',
  );
}

const twin = (found: Found): string =>
  found === null || found.alike === null
    ? ''
    : `; ${JSON.stringify(found.alike.path)} is there, which differs in ${found.alike.differs}`;

function byDownload(path: string, { unfinished }: Absent): Verdict | undefined {
  const [part] = unfinished ?? [];
  if (part === undefined) return undefined;
  return brokenModel(
    `${path} is missing; ${JSON.stringify(part.name)} (${bytesText(part.size)}) is there: a download that is not finished.`,
    'Let the download end, or start it again if nothing writes to it; then restart the service.',
  );
}

function byName(path: string, found: Found): Verdict | undefined {
  if (found === null) return undefined;
  if (found.alike !== null) {
    return brokenModel(`${path} is missing${twin(found)}.`, 'Rename the file, or correct the path in the service.');
  }
  const [other] = found.elsewhere;
  if (other === undefined) return undefined;
  return brokenModel(
    `${path} is missing; ${JSON.stringify(other)} has its name: the copy went to another folder.`,
    'Move it to the path that the service reads, or correct that path.',
  );
}

function nearest(path: string, { similar }: Absent): Verdict {
  const meant = similar === null ? '' : `; ${JSON.stringify(similar)} is there, which may be meant`;
  return brokenModel(
    `${path} is missing${meant}.`,
    similar === null ? copyAgain : 'Correct the name of the file or the path in the service.',
  );
}
