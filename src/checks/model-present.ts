import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { modelAccess, type ModelAccess } from '../probes/model-access.ts';
import { modelFile, type ModelFileFact } from '../probes/model-file.ts';
import { modelWhereabouts } from '../probes/model-whereabouts.ts';
import { absentModel, moveAside } from './absent-model.ts';
import { brokenModel, copyAgain, mendTheMount } from './broken-model.ts';
import { brokenFilesystem } from './file-trouble.ts';
import { modelInput } from './model-input.ts';

export const modelPresent = defineCheck({
  name: 'model.present',
  summary: 'Each declared model is a file with content that its service can read',
  layer: 'model',
  rule: 'Critical when a model is missing, empty, no file, on a broken filesystem, or closed to the user of its service by mode and owner; unknown when the login user can not see it and no user is declared.',
  unseen: 'Access lists, SELinux and AppArmor.',
  subjects: models,
  needs: (subject) => ({
    file: need(modelFile, modelInput(subject)),
    whereabouts: need(modelWhereabouts, modelInput(subject)),
    access: need(modelAccess, { ...modelInput(subject), user: subject.service.user ?? null }),
  }),
  evaluate({ file, access, whereabouts }, { service, model: { path } }, node): Verdict {
    if (!file.there) return absentModel(path, file, whereabouts, node);
    if (file.type !== 'file') return brokenModel(`${path} is a ${file.type}, not a file${linked(file)}.`, moveAside);
    if (file.size === 0) return brokenModel(`${path} is empty (0 B)${linked(file)}.`, copyAgain);
    const size = bytesText(file.size);
    if (typeof file.firstBytes !== 'number') {
      const errno = file.firstBytes?.errno ?? 'EUNKNOWN';
      const broken = brokenFilesystem(errno);
      if (broken !== undefined)
        return brokenModel(`${path} shows ${size} but can not be read: ${broken}.`, mendTheMount);
      if (access === null) {
        return {
          status: 'unknown',
          summary: `${path} is there (${size}), but the login user can not read it (${errno}), so whether ${service.name} can is not known.`,
          next: [{ say: `Declare the \`user\` of ${service.name}, or \`become: sudo\`, in the fleet file.` }],
        };
      }
    } else if (file.firstBytes === 0) {
      return brokenModel(`${path} shows ${size} but gives no bytes.`, mendTheMount);
    }
    return readable(path, file, access, service.user ?? '');
  },
});

type There = Extract<ModelFileFact, { there: true }>;

const linked = ({ link }: { link: string | null }): string => (link === null ? '' : ` (a link to ${link})`);

/** Access lists are not seen: this is what modes and owners say. */
function readable(path: string, file: There, access: ModelAccess | null, user: string): Verdict {
  const there = `${path} is a file of ${bytesText(file.size)}${linked(file)}`;
  if (access === null) return { status: 'ok', summary: `${there}, read by the login user.` };
  const { account, folders } = access;
  if (account === null) {
    return {
      status: 'unknown',
      summary: `${there}, but the user ${user} is not in /etc/passwd, so whether it can read it is not known.`,
    };
  }
  const mayUse = ({ mode, uid, gid }: Owned, bit: number): boolean =>
    account.uid === 0 || (mode & (bit << (account.uid === uid ? 6 : account.gids.includes(gid) ? 3 : 0))) !== 0;
  const closed = folders.find((folder) => !mayUse(folder, 1));
  const barrier = closed ?? (mayUse(file, 4) ? undefined : { ...file, path });
  if (barrier === undefined) return { status: 'ok', summary: `${there}, readable by ${user}.` };
  const { mode, uid, gid } = barrier;
  return brokenModel(
    `${user} can not read ${path}: ${closed === undefined ? 'it' : `the folder ${closed.path}`} has mode ${(mode & 0o7777).toString(8).padStart(4, '0')} and owner ${uid}:${gid}.`,
    `Give ${user} the right to ${closed === undefined ? 'read it' : 'enter that folder'}, then restart the service.`,
  );
}

interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
