import type { Subject } from '../core/check.ts';
import type { Comfyui } from '../core/comfyui.ts';
import { releaseAt, releaseName, type ComfyuiInstall, type ReleasePlace } from '../core/comfyui-install.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';

/** The ComfyUI that a node declares. */
export interface DeclaredComfyui {
  readonly path: string;
  readonly become: 'sudo' | undefined;
  readonly install: Comfyui['install'];
  /** The image that it runs from fetches it at its first start. */
  readonly isFetchedByImage: boolean;
}
export type InstalledComfyui = DeclaredComfyui & { readonly install: ComfyuiInstall; readonly release: ReleasePlace };

export const declaredComfyui = ({ comfyui, become }: Node): DeclaredComfyui | undefined =>
  comfyui && {
    path: comfyui.path,
    become: comfyui.install?.become ?? become,
    install: comfyui.install,
    isFetchedByImage: comfyui.storage !== undefined && comfyui.install === undefined,
  };

/** The same, where it also says what is to be installed. */
export function installedComfyui(node: Node): InstalledComfyui | undefined {
  const declared = declaredComfyui(node);
  const install = declared?.install;
  if (declared === undefined || install === undefined) return undefined;
  return { ...declared, install, release: releaseAt(declared.path, releaseName(install)) };
}

const subject = <T>(value: T | undefined): readonly Subject<T>[] =>
  value === undefined ? [] : [{ id: 'comfyui', value }];

export const theComfyui = (node: Node) => subject(declaredComfyui(node));
export const theInstall = (node: Node) => subject(installedComfyui(node));
/** What installs it. */
export const installIt = ({ name }: Node): Next => ({
  say: 'Install the declared release: comfyui_install begins where the last one came to.',
  tool: 'playbook_run',
  args: { playbook: 'comfyui_install', nodes: [name] },
});

/** It is not the place of other checks to say that nothing is installed. */
export const notInstalled = { status: 'not_applicable', summary: 'ComfyUI is not installed.' } as const;
