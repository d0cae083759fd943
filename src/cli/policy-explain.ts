import { z } from 'zod';
import { effects } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { risks } from '../core/risk.ts';
import type { Verdict } from '../engine/decide.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { print, stdoutPage } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  action: z.string().describe('What somebody wants to do, like service.restart'),
  node: z.string().describe('Node name'),
  service: z.string().optional().describe('Service name'),
  principal: z.string().optional().describe('Who wants it; nobody is trusted to be somebody without'),
  at: z.string().optional().describe('When, like 2026-03-01T22:30Z or with +01:00; now without'),
  effect: z.enum(effects).default('change').describe('What it does to the node'),
  risk: z.enum(risks).default('approve').describe('What it risks'),
});

export const policyExplain: Command = {
  words: 'policy explain',
  title: 'Say whether something may be done, and which rule decides',
  about:
    'Says whether the policy of the fleet file allows an action, asks a person about it, or denies it: with the rule that decides and its line. It does nothing, and looks at no node.',
  flags: () => flagsOf(input),
  positional: [],
  async run(values, { app, json }) {
    const { action, node: nodeName, service, principal, at: written, effect, risk } = typed(input, values);
    const at = written === undefined ? Date.now() : timeOf(written);
    const { decide } = await import('../engine/decide.ts');
    const { policyRevision } = await import('../engine/policy-revision.ts');
    const { node, policy, rulePlaces } = await (await app()).policyOf(nodeName);
    const verdict = decide(policy, { effect, risk, action, node, service, principal, at });
    const place = typeof verdict.rule === 'number' ? rulePlaces[verdict.rule] : undefined;
    const about = { action, node: node.name, service, principal, at: new Date(at).toISOString(), effect, risk };
    if (json) {
      print(JSON.stringify({ ...verdict, place, revision: policyRevision(policy), case: about }, undefined, 2));
      return 0;
    }
    const { paint } = stdoutPage();
    const what = `${action}${service === undefined ? '' : ` of ${service}`} on ${node.name}`;
    print(`${paint('bold', verdict.decision.toUpperCase())}  ${what}: ${verdict.because}`);
    print(`decided by ${ruleText(verdict.rule, place)}, at ${about.at}`);
    return 0;
  },
};

const ruleText = (rule: Verdict['rule'], place: string | undefined): string =>
  typeof rule === 'number' ? `rule ${rule + 1} of ${place ?? 'the fleet file'}` : `the built-in rule ${rule}`;

/** Errors: `USAGE` for a time without a zone, which would mean another one on each machine. */
function timeOf(written: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(at))
    throw new OpsError('USAGE', `--at takes a time with its zone, not ${JSON.stringify(written)}.`, {
      hint: 'Write it like 2026-03-01T22:30Z or 2026-03-01T22:30+01:00.',
    });
  return at;
}
