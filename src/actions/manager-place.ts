import { read, stat } from '../core/command.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { ask, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { InstanceSetInput } from '../probes/instance-set.ts';
import { pm2Apps } from '../services/pm2-apps.ts';
import { iniSections } from '../services/supervisor-config.ts';
import { includes } from '../services/supervisor-programs.ts';
import type { Loading } from './loading.ts';
import { refused, type Refused } from './refused.ts';

type Place = { readonly can: true } & Pick<Loading, 'manager' | 'place' | 'node' | 'program'>;

/** By what, and where, the manager of the instances is told, or why it can't be. */
export function* managerPlace({ manager, place }: InstanceSetInput, file: string): Asking<Place | Refused> {
  if (manager === 'pm2') return yield* pm2Place(place);
  if (manager === 'supervisor') return yield* supervisorPlace(place, file);
  return refused(`${manager} is not told by rackhand how to start the instances.`);
}

function* pm2Place(place: ManagerPlace): Asking<Place | Refused> {
  const apps = yield* pm2Apps(place);
  if (!('lives' in apps)) {
    const { home, node, program } = apps;
    return { can: true, manager: 'pm2', place: home, node, program: program ?? '' };
  }
  const { home, answer } = apps;
  const resurrect = { say: `See what it ran (${home}/dump.pm2), end what is left of it, and have pm2 resurrect it.` };
  if (answer.reason !== 'absent') return refused(`pm2 can not be told: ${answer.say}.`, resurrect);
  const dump = yield* ask(stat(`${home}/dump.pm2`, { become: place.become }));
  // A new daemon would save its own few apps over those of the one before.
  if (dump.ok || dump.errno !== 'ENOENT')
    return refused(`No pm2 daemon runs for ${home}, and it has apps to bring back first.`, resurrect);
  return { can: true, manager: 'pm2', place: home, node: '', program: '' };
}

function* supervisorPlace({ config, become }: ManagerPlace, file: string): Asking<Place | Refused> {
  if (config === undefined)
    return refused('Which supervisord starts the instances is not declared: add `config` to comfyui.instances.');
  const content = yield* ask(read(config, { bytes: 262_144, become }));
  const text = fileTextIfAny(content);
  if (text === undefined) return refused(`${config} can not be read.`);
  if (!iniSections(text).has('supervisorctl'))
    return refused(`supervisorctl can not be used with ${config}: it has no section [supervisorctl].`, {
      say: `Add [supervisorctl] with its serverurl to ${config}; supervisord need not be started anew for that.`,
    });
  const slash = file.lastIndexOf('/');
  const [folder, name] = [file.slice(0, slash) || '/', file.slice(slash + 1)];
  const patterns = includes(text, config.slice(0, config.lastIndexOf('/')) || '/');
  if (patterns.some((pattern) => pattern.folder === folder && pattern.names.test(name)))
    return { can: true, manager: 'supervisor', place: config, node: '', program: '' };
  return refused(`supervisord does not read ${file}: no [include] of ${config} names it.`, {
    say: `Declare a \`file\` that it reads, or add ${file} to [include] of ${config}.`,
  });
}
