import { OpsError } from './errors.ts';
import type { Node } from './node.ts';
import type { Service } from './service.ts';
import { nearest } from './text.ts';

/** A declared service of a node. Errors: `UNKNOWN_SERVICE`, with the known names and the nearest one. */
export function declaredService(node: Node, name: string): Service {
  const found = node.services.find((service) => service.name === name);
  if (found !== undefined) return found;
  const names = node.services.map((service) => service.name);
  const meant = nearest(name, names);
  throw new OpsError('UNKNOWN_SERVICE', `${node.name} declares no service ${JSON.stringify(name)}.`, {
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}It declares: ${names.join(', ') || 'no services'}.`,
  });
}
