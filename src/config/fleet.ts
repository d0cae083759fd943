import { dirname } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import type { Fleet } from '../core/node.ts';
import { absolutePath } from './absolute-path.ts';
import { wrongCommands } from './command-names.ts';
import { findFleetFile, type FleetPlace } from './find-fleet-file.ts';
import { fleetNodes } from './fleet-nodes.ts';
import { fleetSchema } from './fleet-schema.ts';
import { readFleetSource, type FleetSource } from './fleet-source.ts';
import { issueText } from './issue-text.ts';
import { mistakesOf, type Mistake } from './mistakes.ts';
import { refuseInlineSecrets } from './refuse-inline-secrets.ts';
import { resolveSecrets } from './resolve-secrets.ts';
import { wrongRules } from './rule-names.ts';
import { wrongNeeds } from './service-needs.ts';

/**
 * Finds and reads the fleet file.
 *
 * Errors: `CONFIG_MISSING`, `CONFIG_INVALID` and `SECRET_MISSING`, each naming the file and, for what is in it, line,
 * column and key path.
 */
export async function loadFleet(place: FleetPlace): Promise<Fleet> {
  const source = await readFleetSource(findFleetFile(place));
  if (source.value === null || source.value === undefined)
    throw new OpsError('CONFIG_INVALID', `${source.path}:1:1: is empty; a fleet file begins with \`nodes:\``);
  refuseInlineSecrets(source);
  const { value, secrets } = await resolveSecrets(source, place);
  const parsed = fleetSchema.safeParse(value, { error: issueText });
  const wrong = parsed.success
    ? [...wrongNeeds(parsed.data), ...wrongCommands(parsed.data), ...wrongRules(parsed.data)]
    : mistakesOf(parsed.error.issues, value);
  const [first, ...others] = wrong
    .map((mistake) => ({ ...mistake, offset: source.offsetOf(mistake.path, mistake.on) }))
    .toSorted((a, b) => a.offset - b.offset);
  if (first !== undefined) throw theMistake(source, first, others);
  if (!parsed.success) throw parsed.error;
  const { path } = source;
  const { approval, ...rules } = parsed.data.policy;
  const signers = approval.signers && absolutePath(approval.signers, { from: dirname(path), home: place.home });
  const policy = { ...rules, approval: { ...approval, signers } };
  const nodes = fleetNodes(parsed.data.nodes, { written: value, path, home: place.home });
  const rulePlaces = policy.rules.map((_, index) => source.lineOf(['policy', 'rules', index]));
  return { path, nodes, secrets, policy, rulePlaces, playbooks: [] };
}

function theMistake(source: FleetSource, { path, say, on }: Mistake, others: readonly Mistake[]): OpsError {
  if (others.length === 0) return source.mistake(path, say, { on });
  const more = others.slice(0, 4).map((other) => source.mistake(other.path, other.say, { on: other.on }).message);
  const rest = others.length > more.length ? `\n... and ${others.length - more.length} more` : '';
  return source.mistake(path, say, { on, hint: `${count(others.length, 'more mistake')}:\n${more.join('\n')}${rest}` });
}
