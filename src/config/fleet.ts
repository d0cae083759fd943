import { dirname } from 'node:path';
import { OpsError } from '../core/errors.ts';
import type { Fleet } from '../core/node.ts';
import { absolutePath } from './absolute-path.ts';
import { wrongCommands } from './command-names.ts';
import { findFleetFile, type FleetPlace } from './find-fleet-file.ts';
import { fleetNodes } from './fleet-nodes.ts';
import { fleetSchema } from './fleet-schema.ts';
import { withInstances, wrongInstances } from './instances.ts';
import { issueText } from './issue-text.ts';
import { mistakesOf, refusal } from './mistakes.ts';
import { refuseInlineSecrets } from './refuse-inline-secrets.ts';
import { resolveSecrets } from './resolve-secrets.ts';
import { wrongRules } from './rule-names.ts';
import { fleetKeys } from './schema.ts';
import { wrongNeeds } from './service-needs.ts';
import { readYamlSource } from './yaml-source.ts';

/**
 * Finds and reads the fleet file; the playbooks and workflows beside it are its reader's.
 *
 * Errors: `CONFIG_MISSING`, `CONFIG_INVALID` and `SECRET_MISSING`, each naming the file and, for what is in it, line,
 * column and key path.
 */
export async function loadFleet(place: FleetPlace): Promise<Fleet> {
  const source = await readYamlSource(findFleetFile(place), 'fleet file');
  if (source.value === null || source.value === undefined)
    throw new OpsError('CONFIG_INVALID', `${source.path}:1:1: is empty; a fleet file begins with \`nodes:\``);
  refuseInlineSecrets(source);
  const { value, secrets } = await resolveSecrets(source, place);
  const parsed = fleetSchema.safeParse(value, { error: issueText });
  if (!parsed.success) throw refusal(source, mistakesOf(parsed.error.issues, value, fleetKeys)) ?? parsed.error;
  const fleet = withInstances(parsed.data);
  const wrong = [...wrongInstances(parsed.data), ...wrongNeeds(fleet), ...wrongCommands(fleet), ...wrongRules(fleet)];
  const refused = refusal(source, wrong);
  if (refused !== undefined) throw refused;
  const { path } = source;
  const { approval, ...rules } = fleet.policy;
  const signers = approval.signers && absolutePath(approval.signers, { from: dirname(path), home: place.home });
  const policy = { ...rules, approval: { ...approval, signers } };
  const nodes = fleetNodes(fleet.nodes, { written: value, path, home: place.home });
  const rulePlaces = policy.rules.map((_, index) => source.lineOf(['policy', 'rules', index]));
  return { path, nodes, secrets, policy, rulePlaces, playbooks: [], brokenPlaybooks: [], workflows: [] };
}
