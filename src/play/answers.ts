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
    const own = findings.filter(
      ({ check, status }) => status !== 'not_applicable' && checks.some((name) => likeName(name, check)),
    );
    if (own.length === 0) return { asks, status: 'not_applicable', says: 'Nothing here applies.' };
    const status = worst(own.map((finding) => finding.status));
    const bad = own.filter((finding) => finding.status === status);
    return { asks, status, says: status === 'ok' ? 'Yes.' : (bad[0]?.summary ?? '') };
  });
