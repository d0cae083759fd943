import { z } from 'zod';
import { restarts, statuses, type Status } from './report.ts';
import { safeName, serviceKinds } from './service.ts';

const sentence = z.string().min(1).max(600);
/** A check, or a family of them: `model.*`. */
const checkName = z
  .string()
  .regex(/^(?:[a-z]+\.(?:[a-z]+(?:_[a-z]+)*|\*)|\*)$/, 'must be a check, or a family of them: model.*');
const names = z.array(checkName).min(1);

/** `model.*` and `LL-*` stand for a family, `*` for all. */
export const likeName = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

const conditionSchema = z.strictObject({
  check: checkName,
  status: z
    .array(z.enum(statuses))
    .min(1)
    .default(['critical', 'degraded'] satisfies Status[])
    .describe('Of the finding, one of these'),
  signature: z.array(z.string()).min(1).optional().describe('Known log line, one of these: LL-OOM, or LL-* for all'),
  says: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Text that the finding must hold, or what it says helps; one of these'),
  restartHelps: z.array(z.enum(restarts)).min(1).optional().describe('Whether a restart helps it, one of these'),
  kind: z.array(z.enum(serviceKinds)).min(1).optional().describe('Of a service of one of these kinds'),
  of: z.enum(['service', 'node', 'any']).default('any').describe('Whose finding: of the service, of its node, or both'),
  consequence: z.boolean().default(false).describe('Also where it only follows from something else'),
});
/** Fits a finding. */
export type Condition = z.infer<typeof conditionSchema>;
/** One as it is written down: defaults left out. */
export type WrittenCondition = z.input<typeof conditionSchema>;

/** What stands for something that is found or given; `tried` are the knobs that did not help today. */
export const placeholderNames = ['service', 'node', 'model', 'log', 'finding', 'next', 'tried'] as const;
const placeholders = `${placeholderNames.map((name) => `{${name}}`).join(', ')} and the inputs stand for what is found or given; a step of which nothing is known is not done`;

const stepSchema = z.strictObject({
  action: z.string().describe('service.restart, model.resync, knob.set, command.run and so on'),
  args: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe(placeholders),
});

const remedySchema = z
  .strictObject({
    name: safeName,
    when: z.array(conditionSchema).default([]).describe('Each must fit a finding'),
    unless: z.array(conditionSchema).default([]).describe('None may fit a finding'),
    because: sentence.describe('Why this helps, for whoever approves it'),
    after: z.array(safeName).default([]).describe('Only when one of these was done and proven in the same run'),
    times: z
      .int()
      .min(1)
      .max(3)
      .default(1)
      .describe('So often in one run, where it was proven and what calls for it is still there'),
    keep: z.array(checkName).default([]).describe('Checks whose evidence is on disk before anything is done'),
    do: z.array(stepSchema).default([]).describe('In order; approved, proven and taken back together'),
    undoes: z.string().optional().describe('Instead: the run that is taken back, as run_undo does it'),
    person: z.array(sentence).default([]).describe('What a person must do instead'),
  })
  .refine(
    (remedy) =>
      [remedy.do.length > 0, remedy.undoes !== undefined, remedy.person.length > 0].filter(Boolean).length === 1,
    {
      message: 'must have either something to do, or a run to take back, or what a person must do',
      path: ['do'],
    },
  );
/** What helps where its conditions fit: something to do, or what only a person may. */
export type Remedy = z.infer<typeof remedySchema>;
/** One as it is written down: defaults left out. */
export type WrittenRemedy = z.input<typeof remedySchema>;

const questionSchema = z.strictObject({
  asks: sentence.describe('As a question that yes answers well'),
  checks: names,
});

export const playbookSchema = z.strictObject({
  // Hosts take names of tools of up to 64 characters, with that of the server before it.
  name: z
    .string()
    .max(48)
    .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, 'must be small letters, digits and underscores'),
  title: sentence,
  summary: sentence.describe('What it is for, for whoever must choose'),
  kinds: z
    .array(z.enum(serviceKinds))
    .default([])
    .describe('Kinds of services that it is for; none: the node as a whole'),
  inputs: z
    .record(z.string().regex(/^[a-z]+$/, 'must be small letters'), sentence)
    .default({})
    .describe('What else must be given, and what it means'),
  symptoms: z
    .array(conditionSchema)
    .default([])
    .describe('One of them calls for it; none: it is asked for by name only'),
  diagnose: z.array(questionSchema).min(1).describe('What is looked at, as the questions that a person would ask'),
  remedies: z.array(remedySchema).default([]).describe('In order; the lowest failing layer goes first'),
  most: z.int().min(1).max(12).default(3).describe('Remedies in one run, each proven before the next is chosen'),
  withinSeconds: z.int().min(1).max(86_400).default(3_600).describe('No further remedy is begun after that'),
});
/** A runbook as data: what calls for it, what is looked at, what helps when, and what is left to a person. */
export type Playbook = z.infer<typeof playbookSchema>;

/** A playbook as it is written down: defaults left out. */
export const definePlaybook = (playbook: z.input<typeof playbookSchema>): Playbook => playbookSchema.parse(playbook);
