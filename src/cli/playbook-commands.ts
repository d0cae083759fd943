import type { App } from '../app.ts';
import type { Playbook } from '../core/playbook.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

type Own = Awaited<ReturnType<App['playbooks']['own']>>;

/**
 * Playbooks as commands, for words that name nothing else: `rackhand gpu_reattach gpu-1`.
 *
 * Errors: what is wrong in the one that is named; `own`'s, where nothing of ours is near what was typed.
 */
export async function playbookCommands(
  [name = '']: readonly string[],
  { own, isNear }: { readonly isNear: boolean; own(): Promise<Own> },
): Promise<readonly Command[]> {
  const [{ toolOfPlaybook }, { playbooks: ours }] = await Promise.all([
    import('../tools/tool-of-playbook.ts'),
    import('../playbooks/index.ts'),
  ]);
  const commandOf = (playbook: Playbook): Command => ({
    ...toolCommand(toolOfPlaybook(playbook)),
    words: playbook.name,
  });
  if (ours.some((playbook) => playbook.name === name)) return ours.map(commandOf);
  const { playbooks, brokenPlaybooks } = await own().catch((thrown: unknown): Own => {
    // A slip of the finger is not the fault of the fleet file.
    if (isNear) return { playbooks: [], brokenPlaybooks: [] };
    throw thrown;
  });
  const broken = brokenPlaybooks.find((each) => each.name === name);
  if (broken !== undefined) throw broken.mistake;
  return [...ours, ...playbooks].map(commandOf);
}
