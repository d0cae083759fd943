import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { nearest } from '../core/text.ts';
import { refused, type Refused } from './refused.ts';

/** Refuses a name that the fleet file does not declare, naming those that it does. */
export function undeclared(said: string, name: string, known: readonly string[]): Refused {
  const meant = nearest(name, known);
  const list = known.length === 0 ? 'It declares none.' : `It declares: ${known.join(', ')}.`;
  return refused(`${said} ${meant === undefined ? '' : `Did you mean ${meant}? `}${list}`);
}

/** A declared service, or the refusal that names those there are. */
export const serviceIn = (node: Node, name: string): Service | Refused =>
  node.services.find((service) => service.name === name) ??
  undeclared(
    `${node.name} declares no service ${JSON.stringify(name)}.`,
    name,
    node.services.map((service) => service.name),
  );

/** How the files of a service are asked for; as the login user where it is declared no more. */
export const becomeOf = (node: Node, name: string): Service['become'] =>
  node.services.find((service) => service.name === name)?.become;
