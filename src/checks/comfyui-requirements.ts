import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { comfyuiPackages, packageName, type ComfyuiPackages } from '../probes/comfyui-packages.ts';
import { comfyuiRoot } from '../probes/comfyui-root.ts';
import { notInstalled, theComfyui } from './comfyui-of.ts';
import { versionFits } from './version-fits.ts';

export const comfyuiRequirements = defineCheck({
  name: 'comfyui.requirements',
  summary: 'The environment of ComfyUI holds the packages that its requirements name',
  layer: 'inference',
  rule: 'Critical when a package of the `requirements` files is not in the environment; degraded when one is there in a version that they do not allow; unknown when the environment or a requirements file can not be read.',
  unseen: 'What packages need in turn, lines with a condition or a URL, and whether a package can be imported.',
  subjects: theComfyui,
  needs: ({ path, install, become }) => ({
    root: need(comfyuiRoot, { path, become }),
    packages: need(comfyuiPackages, { root: path, files: install?.requirements ?? ['requirements.txt'], become }),
  }),
  evaluate({ root, packages }, { path }): Verdict | readonly Verdict[] {
    if (root.trouble !== null || !root.main) return notInstalled;
    const { wanted, venv, installed, omitted } = packages;
    const unread = Object.entries(wanted).flatMap(([file, text]) => (text === null ? [file] : []));
    if (unread.length > 0)
      return { status: 'unknown', summary: `${unread.map((file) => `${path}/${file}`).join(', ')} can not be read.` };
    if (installed === null)
      return {
        status: 'unknown',
        summary:
          venv === null
            ? `Which packages ComfyUI has is not known: ${path} holds no environment.`
            : `Which packages are in ${venv} is not known: its packages can not be listed.`,
      };
    const { missing, others, many } = compared(packages, installed);
    if (missing.length > 0 && omitted > 0)
      return {
        status: 'unknown',
        summary: `${venv} holds too many packages to find ${missing.join(', ')} among them.`,
      };
    const says: readonly Verdict[] = [
      ...(missing.length === 0
        ? []
        : [{ status: 'critical' as const, summary: `Not in ${venv}, and required: ${missing.join(', ')}.` }]),
      ...(others.length === 0
        ? []
        : [{ status: 'degraded' as const, summary: `In ${venv}, and not as required: ${others.join(', ')}.` }]),
    ];
    if (says.length > 0) return says;
    return { status: 'ok', summary: `${count(many, 'required package')}, all in ${venv}.` };
  },
});

function compared({ wanted }: ComfyuiPackages, installed: Readonly<Record<string, string>>) {
  const lines = Object.values(wanted).flatMap((text) => (text ?? '').split('\n').flatMap(requirement));
  const versionOf = (name: string) => (Object.hasOwn(installed, name) ? installed[name] : undefined);
  return {
    many: lines.length,
    missing: lines.flatMap(({ name }) => (versionOf(packageName(name)) === undefined ? [name] : [])),
    others: lines.flatMap(({ name, specifier }) => {
      const version = versionOf(packageName(name));
      if (version === undefined || versionFits(version, specifier) !== false) return [];
      return [`${name} ${version} (${specifier})`];
    }),
  };
}

/** A line that can be compared: none for options, URLs, and what holds under a condition only. Source: PEP 508. */
function requirement(line: string): readonly { readonly name: string; readonly specifier: string }[] {
  const text = line.replace(/(?:^|\s)#.*$/, '').trim();
  const [, name, specifier] = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;@]*)$/.exec(text) ?? [];
  return name === undefined || specifier === undefined ? [] : [{ name, specifier: specifier.replaceAll(/\s/g, '') }];
}
