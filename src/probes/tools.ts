import { run, stat } from '../core/command.ts';
import { ask, askAll, defineProbe } from '../core/probe.ts';

const programs = [
  'supervisorctl',
  'pm2',
  'systemctl',
  'nvidia-smi',
  'rocm-smi',
  'curl',
  'timeout',
  'setsid',
  'sudo',
] as const;

// A login without a shell profile has a short PATH; these are where packages, conda and the GPU stacks put programs.
const folders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/opt/conda/bin',
  '/opt/rocm/bin',
  '/usr/local/nvidia/bin',
];

/** Where each program was found (null: in none of the usual folders), and whether `sudo -n` is answered without a password. */
export interface Tools {
  readonly found: Readonly<Record<string, string | null>>;
  readonly sudo: 'works' | 'refused' | 'absent';
}

export const tools = defineProbe({
  name: 'node.tools',
  summary: 'Which programs a node has, and whether sudo works without a password',
  *steps() {
    const places = programs.flatMap((program) => folders.map((folder) => ({ program, path: `${folder}/${program}` })));
    const replies = yield* askAll(places.map(({ path }) => stat(path)));
    const usable = places.filter((_, index) => {
      const reply = replies[index];
      return reply?.ok === true && reply.type === 'file' && (reply.mode & 0o111) !== 0;
    });
    const pathOf = (program: string) => usable.find((place) => place.program === program)?.path ?? null;
    const sudo = pathOf('sudo');
    return {
      found: Object.fromEntries(programs.map((program) => [program, pathOf(program)])),
      sudo:
        sudo === null ? 'absent' : (yield* ask(run([sudo, '-n', '--', 'true']))).exitCode === 0 ? 'works' : 'refused',
    } satisfies Tools;
  },
});
