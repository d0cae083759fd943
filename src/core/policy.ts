import { z } from 'zod';
import { effects, type Effect } from './command.ts';
import { hoursForm, hoursTrouble } from './hours.ts';
import type { Node } from './node.ts';
import { risks, type Risk } from './risk.ts';
import { safeName } from './service.ts';

const decisions = ['allow', 'ask', 'deny'] as const;
/** From the least strict to the strictest. */
export type Decision = (typeof decisions)[number];

const oneOrMore = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1, 'must hold at least one value')]).optional();

const pattern = z.string().regex(/^(?!-|$)[^\s*]*\*?$/, 'must be a name, or its beginning and a *');

const hours = z
  .string()
  .regex(hoursForm, 'must be like Mon-Fri 08:00-18:00, with a time zone after it where that is not UTC')
  .check(({ value, issues }) => {
    const trouble = hoursForm.test(value) ? hoursTrouble(value) : undefined;
    if (trouble !== undefined) issues.push({ code: 'custom', message: trouble, input: value });
  });

export const whenSchema = z.strictObject({
  effect: oneOrMore(z.enum(effects)).describe('To look, to make something new, or to alter what is there'),
  risk: oneOrMore(z.enum(risks)).describe('safe: automation may; approve: needs an approval; person: never run'),
  action: oneOrMore(pattern).describe('Like service.restart; a * at the end fits any rest'),
  label: oneOrMore(z.string().regex(/.=/, 'must be like rack=b2')).describe('A label of the node, like rack=b2'),
  node: oneOrMore(safeName).describe('Node name'),
  service: oneOrMore(pattern).describe('Service name; a * at the end fits any rest'),
  principal: oneOrMore(safeName).describe('Who wants it'),
  hours: oneOrMore(hours).describe('Like Mon-Fri 08:00-18:00 Europe/Berlin; UTC without a zone'),
});
export type When = z.infer<typeof whenSchema>;

const ruleSchema = z.strictObject({
  decide: z.enum(decisions).describe('Of the rules that fit, deny wins over ask, and ask over allow'),
  when: whenSchema.default({}).describe('All of these must fit; a condition left out always does'),
  why: z.string().min(1, 'must not be empty').optional().describe('Told to whoever it stops'),
});
export type Rule = z.infer<typeof ruleSchema>;

const limitsSchema = z.strictObject({
  cooldownSeconds: z.number().min(0).default(120).describe('Between two changes of one service'),
  restartsPer30Min: z.int().min(1).default(2).describe('Starts, stops and restarts of one service in 30 minutes'),
  restartsPer7Days: z.int().min(1).default(5).describe('The same in 7 days'),
  breakerPercent: z
    .number()
    .positive()
    .max(100)
    .default(50)
    .describe('Nothing more is done when this part of the nodes wants the same fix: the cause is not theirs'),
  breakerNodes: z.int().min(2).default(3).describe('But not with fewer nodes than this'),
  breakerSeconds: z.number().positive().default(300).describe('The time within which they want it'),
});

const approvalSchema = z.strictObject({
  minutes: z.number().min(1).max(1_440).default(15).describe('What is not used by then counts no more'),
  signers: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe('An allowed_signers file of ssh. When set, only a signature by one of these keys counts'),
});

export const policySchema = z.strictObject({
  read_only: z.boolean().default(false).describe('Nothing but looking, whatever the rules say'),
  rules: z.array(ruleSchema).default([]).describe('What no rule fits is asked about; looking is allowed'),
  approval: approvalSchema.prefault({}).describe('For how long a yes counts, and whose'),
  limits: limitsSchema.prefault({}).describe('How often something may be changed, whoever allowed it'),
});
/** Who may change what. */
export type Policy = z.infer<typeof policySchema>;

/** What somebody wants to do, and all that a rule may ask about it. */
export interface Case {
  readonly effect: Effect;
  readonly risk: Risk;
  /** `service.restart` */
  readonly action: string;
  readonly node: Pick<Node, 'name' | 'labels'>;
  readonly service?: string | undefined;
  /** Undefined where nobody said who: that fits what forbids and nothing that allows. */
  readonly principal?: string | undefined;
  /** Epoch ms. */
  readonly at: number;
}
