import { likeName, type Playbook } from '../core/playbook.ts';
import { worst, type Finding, type Status } from '../core/report.ts';

/** What was found of one question of a playbook. */
export interface Answer {
  readonly asks: string;
  readonly status: Status;
  readonly says: string;
}

/** The questions of a playbook, as what was found answers them; what nothing here asks does not apply. */
export const answers = ({ diagnose }: Playbook, findings: readonly Finding[]): readonly Answer[] =>
  diagnose.map(({ asks, checks }) => {
    const rank = ({ check }: Finding): number => checks.findIndex((name) => likeName(name, check));
    const own = findings
      .filter((finding) => finding.status !== 'not_applicable' && rank(finding) >= 0)
      .toSorted((a, b) => rank(a) - rank(b));
    if (own.length === 0) return { asks, status: 'not_applicable', says: 'Nothing here applies.' };
    const status = worst(own.map((finding) => finding.status));
    const [first, ...more] = own.filter((finding) => finding.status === status);
    const others = more.length === 0 ? '' : ` And ${more.length} more.`;
    return { asks, status, says: `${status === 'ok' ? 'Yes. ' : ''}${first?.summary ?? ''}${others}` };
  });

/** How many of its questions were answered well, and the first that was not. */
export function answeredText(name: string, all: readonly Answer[]): string {
  const asked = all.filter(({ status }) => status !== 'not_applicable');
  const bad = asked.filter(({ status }) => status !== 'ok');
  const left = all.length - asked.length;
  const besides = left === 0 ? '' : `; ${left} ${left === 1 ? 'does' : 'do'} not apply here`;
  const [first] = bad;
  const good = `${asked.length - bad.length} of ${asked.length} questions of ${name} are answered well${besides}.`;
  return first === undefined ? good : `${good} ${first.asks} ${first.says}`;
}
