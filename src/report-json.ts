import type { Report } from './core/report.ts';

/**
 * A report for programs: what `show` holds for people is in `data`, and the steps of single findings are in `next`.
 *
 * `page` is what the report is about, written out.
 */
export const reportJson = (
  { summary, status, findings, next, notes, data }: Report,
  page?: string,
): Record<string, unknown> => ({
  summary,
  status,
  findings: findings.map(({ next: _next, ...finding }) => finding),
  next,
  notes,
  data,
  ...(page !== undefined && { page }),
});
