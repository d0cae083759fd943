import { compareLayers } from '../core/layer.ts';
import type { Node } from '../core/node.ts';
import { statuses, type Finding } from '../core/report.ts';
import { causeRules, firstInLayer, lastInLayer, symptoms, type CauseRule } from './cause-rules.ts';
import { dependsOn, reached } from './reached.ts';
import { signatures } from './signatures/index.ts';

/** Why one finding follows from another. */
interface Link {
  readonly from: Finding;
  readonly because: string;
}

/**
 * Findings with their roles, causes first: the lowest failing layer is the cause, what depends on it follows from it and
 * says why.
 *
 * Trouble that nothing lower explains is a cause of its own. An `unknown` is never blamed for anything, but for a node
 * that can't be reached.
 */
export function rootCause(findings: readonly Finding[], node: Node): readonly Finding[] {
  const sorted = [...findings].sort(byDepth);
  const trouble = sorted.filter(isTrouble);
  const links = new Map<Finding, Link>();
  for (const effect of trouble) {
    const link = linkTo(effect, trouble, node);
    if (link !== undefined) links.set(effect, link);
  }
  for (const [effect, link] of sharedLinks(trouble, links, node)) links.set(effect, link);
  const isCause = (finding: Finding) => isTrouble(finding) && !links.has(finding) && mayExplain(finding);
  const rooted = sorted.map((finding): Finding => {
    const link = links.get(finding);
    if (link === undefined) return isCause(finding) ? { ...finding, role: 'cause' } : finding;
    const root = rootOf(link.from, links);
    return { ...finding, role: 'consequence', because: link.because, of: `${root.check} ${root.subject}` };
  });
  return rooted.sort((a, b) => roleOrder[a.role] - roleOrder[b.role] || severity(b) - severity(a));
}

const roleOrder = { cause: 0, consequence: 1, finding: 2 };
const severity = ({ status }: Finding): number => statuses.indexOf(status);
const isTrouble = ({ status }: Finding): boolean => status !== 'ok' && status !== 'not_applicable';
const mayExplain = ({ status, layer }: Finding): boolean => status !== 'unknown' || layer === 'reach';

const byDepth = (a: Finding, b: Finding): number =>
  compareLayers(a.layer, b.layer) ||
  rankInLayer(a) - rankInLayer(b) ||
  severity(b) - severity(a) ||
  symptoms.indexOf(a.check) - symptoms.indexOf(b.check);

/** Of what only shows that a service is down, the worst comes first. */
function rankInLayer({ check }: Finding): number {
  if (symptoms.includes(check)) return lastInLayer.length + 1;
  return firstInLayer.includes(check)
    ? firstInLayer.indexOf(check) - firstInLayer.length
    : lastInLayer.indexOf(check) + 1;
}

const rootOf = (finding: Finding, links: ReadonlyMap<Finding, Link>): Finding => {
  const link = links.get(finding);
  return link === undefined ? finding : rootOf(link.from, links);
};

/** The deepest trouble that explains another; `trouble` is sorted by depth. */
function linkTo(effect: Finding, trouble: readonly Finding[], node: Node): Link | undefined {
  for (const from of trouble) {
    if (from === effect || !mayExplain(from) || !comesBefore(from, effect, trouble, node)) continue;
    const rule = causeRules.find(
      (each) =>
        ruleFits(each, from) &&
        reached[each.reach](from, effect, node) &&
        (each.whatever === true || isBadEnough(from, effect)) &&
        fitsReason(each, effect, trouble),
    );
    if (rule !== undefined) return { from, because: rule.because.replaceAll('@', aboutOf(from)) };
  }
  return undefined;
}

const ruleFits = ({ layers, checks, except }: CauseRule, { layer, check }: Finding): boolean =>
  layers.includes(layer) && checks?.includes(check) !== false && except?.includes(check) !== true;

/** Of two services the needed one comes first, whatever its layer; two that need each other go by depth. */
function comesBefore(from: Finding, effect: Finding, trouble: readonly Finding[], node: Node): boolean {
  const isNeeded = reached.dependants(from, effect, node) && !reached.dependants(effect, from, node);
  return isNeeded || trouble.indexOf(from) < trouble.indexOf(effect);
}

/** What is merely degraded does not explain what is down, and of the node only what is critical pulls services down. */
const isBadEnough = (from: Finding, { status, service }: Finding): boolean =>
  from.status === 'critical' || (from.service !== undefined && status !== 'critical' && service !== undefined);

/** A service with a known reason of its own is not down for another one. */
function fitsReason({ fits, proof, reach }: CauseRule, effect: Finding, trouble: readonly Finding[]): boolean {
  if (fits === undefined) return true;
  const own = trouble.filter(
    ({ service, status, check }) => service === effect.service && status === 'critical' && !symptoms.includes(check),
  );
  const isReason = (finding: Finding) => {
    if (finding.signature !== undefined) return isGeneric(finding.signature) || fits.test(finding.signature);
    return finding.check === 'service.files' || finding.check.startsWith('model.') ? reach === 'mount' : true;
  };
  const reasons = symptoms.includes(effect.check) || effect.status === 'unknown' ? own : [effect];
  if (proof === true) return reasons.some(({ signature }) => signature !== undefined && fits.test(signature));
  return reasons.every(isReason);
}

const isGeneric = (id: string): boolean => signatures.some((each) => each.id === id && each.generic === true);

/** What a finding is about, as a person says it. */
const aboutOf = ({ service, subject, check }: Finding): string =>
  service ?? (subject === 'node' ? check : subject.replace(/^(?:mount|manager):/, ''));

/**
 * Several services that are down at once, with no reason of their own, point to what they share: a finding of the node that
 * alone would be too mild to blame.
 */
function sharedLinks(
  trouble: readonly Finding[],
  links: ReadonlyMap<Finding, Link>,
  node: Node,
): ReadonlyMap<Finding, Link> {
  const down = trouble.filter(
    (finding) => !links.has(finding) && finding.status === 'critical' && symptoms.includes(finding.check),
  );
  const names = [...new Set(down.map(({ service }) => service ?? ''))];
  if (names.length < 2 || names.some((name) => names.some((other) => dependsOn(node, name, other)))) return new Map();
  const shared = trouble.find(
    (finding) =>
      finding.service === undefined &&
      finding.status === 'degraded' &&
      !links.has(finding) &&
      down.every((effect) =>
        causeRules.some(
          (rule) => rule.proof !== true && ruleFits(rule, finding) && reached[rule.reach](finding, effect, node),
        ),
      ),
  );
  if (shared === undefined) return new Map();
  const because = `${names.length} services are down at once with no reason of their own, and this is what they share`;
  return new Map(down.map((effect) => [effect, { from: shared, because }]));
}
