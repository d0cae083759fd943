import type { ComfyuiInstall } from '../core/comfyui-install.ts';
import { run } from '../core/command.ts';
import { ask, type Asking } from '../core/probe.ts';
import { anew } from '../probes/log-files.ts';

/** What installs packages on a node: uv where it is wanted and there, else the pip of the environment. */
export function* packageTool({ uv }: ComfyuiInstall, become: 'sudo' | undefined): Asking<'uv' | 'pip'> {
  if (!uv) return 'pip';
  const said = yield* ask(run(['uv', '--version'], { become, freshMs: anew, bytes: 4_096 }));
  return said.exitCode === 0 ? 'uv' : 'pip';
}

/** Where packages come from, in words that pip and uv both take: a folder of the node alone asks no index at all. */
export function sourceWords({ wheels }: ComfyuiInstall, index: string | undefined): readonly string[] {
  return [
    ...(index === undefined ? [] : ['--index-url', index]),
    ...(wheels === undefined ? [] : ['--find-links', wheels]),
    ...(wheels !== undefined && index === undefined ? ['--no-index'] : []),
  ];
}

/** The same for whoever approves it. */
export const sourceText = ({ wheels }: ComfyuiInstall, index: string | undefined): string =>
  [index ?? (wheels === undefined ? 'the index that pip knows' : undefined), wheels].filter(Boolean).join(' and ');
