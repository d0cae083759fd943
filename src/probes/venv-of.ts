import { read, stat } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** A Python environment, by its files. */
export interface Venv {
  readonly path: string;
  /** `3.11`; null where its pyvenv.cfg does not say. */
  readonly version: string | null;
  /** Its python is there, and leads to one. */
  readonly python: boolean;
}

/** The environment inside a folder: `venv`, else `.venv`; null where there is neither. Source: PEP 405. */
export function* venvOf(folder: string, become: 'sudo' | undefined): Asking<Venv | null> {
  const paths = [`${folder}/venv`, `${folder}/.venv`] as const;
  const [first, second, python, otherPython] = yield* askAll([
    read(`${paths[0]}/pyvenv.cfg`, { bytes: 8_192, become }),
    read(`${paths[1]}/pyvenv.cfg`, { bytes: 8_192, become }),
    stat(`${paths[0]}/bin/python`, { become }),
    stat(`${paths[1]}/bin/python`, { become }),
  ] as const);
  const [config, path, program] = first.ok ? [first, paths[0], python] : [second, paths[1], otherPython];
  const text = fileTextIfAny(config);
  if (text === undefined) return null;
  const version = /^version(?:_info)?\s*=\s*(\d+\.\d+)/m.exec(text)?.[1] ?? null;
  return { path, version, python: program.ok };
}
