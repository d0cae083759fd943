import type { OpsError } from '../core/errors.ts';
import type { Page } from '../core/page.ts';
import type { Report } from '../core/report.ts';
import { pageText } from '../pages/page-text.ts';
import { briefCharacters, reportText } from '../report-text.ts';
import { reportJson } from '../report-json.ts';
import { asToolCall } from '../text/next-text.ts';
import type { Cutting, Cuttings } from './cuttings.ts';

/** Hosts warn from 10,000 tokens on; this is about that. */
const fullCharacters = 40_000;

type Content = { type: 'text'; text: string } | ({ type: 'resource_link' } & Cutting);
type ToolResult = { content: Content[]; structuredContent?: Record<string, unknown>; isError?: true };

/** What a report is about, written out: a message at once, what is too long for a result as a resource. */
function pageResult(report: Report, { format, page }: NonNullable<Report['page']>, cuttings: Cuttings): ToolResult {
  const whole = pageText(page, format);
  const isShown = format !== 'html' && whole.length <= briefCharacters;
  const text = isShown ? whole : format === 'html' ? pageText(page, 'chat') : pageText(withoutEvidence(page), format);
  const structuredContent = reportJson(report, text);
  if (isShown) return { content: [{ type: 'text', text }], structuredContent };
  const kept = cuttings.keep(page.title, whole, format === 'html' ? 'text/html' : 'text/markdown');
  const rest = `The whole report: the resource ${kept.uri}.`;
  return {
    content: [
      { type: 'text', text: `${text}\n\n${rest}` },
      { type: 'resource_link', ...kept },
    ],
    structuredContent,
  };
}

/** Its ids stay: each is a resource of its own. */
const withoutEvidence = (page: Page): Page => ({
  ...page,
  sections: page.sections.map((section) => ({
    ...section,
    blocks: section.blocks.map((block) =>
      block.kind === 'remote' && block.folded === true ? { kind: 'text', text: block.title } : block,
    ),
  })),
});

/** A report as structured content and as text; what the text leaves out is linked as a resource. */
export function reportResult(report: Report, full: boolean, cuttings: Cuttings): ToolResult {
  if (report.page !== undefined) return pageResult(report, report.page, cuttings);
  const options = { color: false, width: Number.POSITIVE_INFINITY, nextText: asToolCall };
  const whole = reportText(report, options);
  const characters = full ? fullCharacters : briefCharacters;
  const structuredContent = reportJson(report);
  if (whole.length <= characters) return { content: [{ type: 'text', text: whole }], structuredContent };
  const kept = cuttings.keep('The whole report', whole);
  const rest = `All of it: the resource ${kept.uri}${full ? '' : ', or the same call with detail "full" where it takes one'}.`;
  const text = reportText(report, { ...options, limit: { characters, rest } });
  return {
    content: [
      { type: 'text', text },
      { type: 'resource_link', ...kept },
    ],
    structuredContent,
  };
}

/** An error as the model should read it: what is wrong, and what to do about it. */
export function errorResult({ code, message, hint, kind }: OpsError): ToolResult {
  const lines = [
    `${code}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(kind.retryable ? ['Trying again may help.'] : []),
  ];
  return { content: [{ type: 'text', text: lines.join('\n') }], isError: true };
}
