import { declaredService } from '../core/declared-service.ts';
import { OpsError } from '../core/errors.ts';
import type { BrokenPlaybook, Node } from '../core/node.ts';
import type { Playbook } from '../core/playbook.ts';
import type { Service } from '../core/service.ts';
import { nearest } from '../core/text.ts';

/** Errors: `USAGE`, with the known names and the nearest one; what is wrong in it, where that is known. */
export function playbookNamed(name: string, all: readonly Playbook[], broken: readonly BrokenPlaybook[]): Playbook {
  const left = broken.find((each) => each.name === name);
  if (left !== undefined) throw left.mistake;
  const found = all.find((playbook) => playbook.name === name);
  if (found !== undefined) return found;
  const names = all.map((playbook) => playbook.name);
  const meant = nearest(name, names);
  throw new OpsError('USAGE', `There is no playbook ${JSON.stringify(name)}.`, {
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}There are: ${names.join(', ')}.`,
  });
}

/** The service of a node that a playbook is run for; undefined where it is for the node. Errors: `USAGE`, `UNKNOWN_SERVICE`. */
export function serviceFor(playbook: Playbook, node: Node, name: string | undefined): Service | undefined {
  const { kinds } = playbook;
  const fit = node.services.filter(({ kind }) => kinds.includes(kind));
  const names = fit.map((service) => service.name).join(', ');
  if (name === undefined) {
    if (kinds.length === 0) return undefined;
    const [only, ...more] = fit;
    if (only !== undefined && more.length === 0) return only;
    throw new OpsError(
      'USAGE',
      only === undefined
        ? `${node.name} declares no service of the kind ${kinds.join(' or ')}, which ${playbook.name} is for.`
        : `${node.name} has several services that ${playbook.name} is for: ${names}.`,
      only === undefined ? {} : { hint: 'Name one of them.' },
    );
  }
  const service = declaredService(node, name);
  if (kinds.length > 0 && !kinds.includes(service.kind))
    throw new OpsError('USAGE', `${playbook.name} is for ${kinds.join(' or ')}, and ${name} is ${service.kind}.`, {
      ...(names !== '' && { hint: `On ${node.name} that is: ${names}.` }),
    });
  return service;
}

/** What was given for the inputs of a playbook, as `key=value`. Errors: `USAGE` for what is missing or not known. */
export function inputsOf({ name, inputs }: Playbook, given: readonly string[]): Readonly<Record<string, string>> {
  const values = Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new OpsError('USAGE', `${JSON.stringify(text)} is not of the form name=value.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(inputs, key));
  if (unknown !== undefined)
    throw new OpsError('USAGE', `${name} takes no ${JSON.stringify(unknown)}.`, {
      hint: `It takes: ${Object.keys(inputs).join(', ') || 'nothing besides its service'}.`,
    });
  const missing = Object.entries(inputs).find(([key]) => values[key] === undefined);
  if (missing !== undefined)
    throw new OpsError('USAGE', `${name} wants ${missing[0]}: ${missing[1]}`, {
      hint: `Give it as ${missing[0]}=VALUE.`,
    });
  return values;
}
