import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { http, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import type { ModelServer } from './model-server.ts';

/** One input of a node class, as an instance tells it. */
export interface NodeInput {
  readonly name: string;
  readonly required: boolean;
  /** What may be linked to it; `*` is anything. */
  readonly types: readonly string[];
  /** It has a value of its own where nothing is linked to it. */
  readonly isWidget: boolean;
  /** All that it may be; null where it is no choice. */
  readonly options: readonly (string | number | boolean)[] | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly fallback: string | number | boolean | null;
  /** A second value stands behind it in workflows of the page: what becomes of it after a run. */
  readonly isControlled: boolean;
  /** A file of the input folder, put there by an upload. */
  readonly isUpload: boolean;
  /** Further inputs that it has, by the value that it is given. */
  readonly variants: Readonly<Record<string, readonly NodeInput[]>>;
  /** It takes as many links as there are: `name.name0`. */
  readonly grows: boolean;
}

/** A node class, as an instance tells it. */
export interface NodeClass {
  readonly name: string;
  readonly title: string;
  readonly inputs: readonly NodeInput[];
  /** Types. */
  readonly outputs: readonly string[];
  /** Something comes out of a workflow by it. */
  readonly isOutput: boolean;
}

export type ComfyuiClasses =
  | {
      readonly answered: true;
      readonly classes: Readonly<Record<string, NodeClass>>;
      readonly missing: readonly string[];
    }
  | { readonly answered: false; readonly say: string };

type Spec = z.infer<typeof specSchema>;
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const specSchema = z.tuple([z.union([z.string(), z.array(z.unknown())])], z.unknown());
const inputsSchema = z.record(z.string(), specSchema);
const sectionsSchema = z.object({ required: inputsSchema.optional(), optional: inputsSchema.optional() });
const detailsSchema = z.object({
  default: scalar.nullish().catch(null),
  min: z.number().nullish().catch(null),
  max: z.number().nullish().catch(null),
  options: z.array(z.unknown()).nullish().catch(null),
  forceInput: z.boolean().nullish(),
  control_after_generate: z.unknown().optional(),
  image_upload: z.boolean().nullish(),
});
const variantSchema = z.object({ key: z.string(), inputs: sectionsSchema });
const classSchema = z.object({
  input: sectionsSchema,
  input_order: z
    .object({ required: z.array(z.string()).optional(), optional: z.array(z.string()).optional() })
    .optional(),
  output: z.array(z.union([z.string(), z.array(z.unknown())])).default([]),
  name: z.string(),
  display_name: z.string().nullish(),
  output_node: z.boolean().default(false),
});

const widgets = ['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO'];
const dynamicCombo = 'COMFY_DYNAMICCOMBO_V3';
const grown = 'COMFY_AUTOGROW_V3';
/** A class names all files of a folder of models. */
const classBytes = 1_048_576;

/** What an instance knows of the node classes named; one that it does not know is missing. Source: recordings of 0.33.0 and 0.3.64. */
export const comfyuiClasses = defineProbe({
  name: 'comfyui.classes',
  summary: 'What a ComfyUI knows of node classes: their inputs, ranges and choices',
  *steps({ origin, headers, names }: ModelServer & { readonly names: readonly string[] }): Asking<ComfyuiClasses> {
    const replies = yield* askAll(
      names.map((name) => http(`${origin}/object_info/${encodeURIComponent(name)}`, { headers, bytes: classBytes })),
    );
    const classes: Record<string, NodeClass> = {};
    for (const [index, reply] of replies.entries()) {
      const name = names[index] ?? '';
      const read = classIn(reply, name);
      if (typeof read === 'string') return { answered: false, say: read };
      if (read !== undefined) classes[name] = read;
    }
    return { answered: true, classes, missing: names.filter((name) => classes[name] === undefined) };
  },
});

/** Undefined for a class that is not known there; a sentence for what is no answer. */
function classIn(reply: HttpAnswer | HttpTrouble, name: string): NodeClass | undefined | string {
  if (!reply.ok) return `it gives no answer (${reply.reason})`;
  if (reply.status !== 200) return `it answers ${reply.status}`;
  try {
    const found = z.record(z.string(), z.unknown()).parse(JSON.parse(captured(reply.body)))[name];
    return found === undefined ? undefined : nodeClass(classSchema.parse(found));
  } catch {
    return `what it says of ${name} can not be read`;
  }
}

function nodeClass(told: z.infer<typeof classSchema>): NodeClass {
  return {
    name: told.name,
    title: clean(told.display_name ?? told.name),
    inputs: inputsIn(told.input, told.input_order),
    outputs: told.output.map((type) => (typeof type === 'string' ? type : 'COMBO')),
    isOutput: told.output_node,
  };
}

function inputsIn(
  sections: z.infer<typeof sectionsSchema>,
  order: z.infer<typeof classSchema>['input_order'],
): readonly NodeInput[] {
  return (['required', 'optional'] as const).flatMap((section) => {
    const specs = sections[section] ?? {};
    const named = order?.[section]?.filter((name) => name in specs) ?? Object.keys(specs);
    return named.flatMap((name) => {
      const spec = specs[name];
      return spec === undefined ? [] : [inputIn(name, spec, section === 'required')];
    });
  });
}

function inputIn(name: string, [type, details]: Spec, required: boolean): NodeInput {
  const told = detailsSchema.safeParse(details ?? {}).data;
  const isCombo = Array.isArray(type) || type === 'COMBO';
  const options = isCombo ? (Array.isArray(type) ? type : (told?.options ?? [])).filter(isScalar) : null;
  const variants = type === dynamicCombo ? variantsIn(told?.options ?? []) : {};
  const word = Array.isArray(type) ? 'COMBO' : type;
  return {
    name,
    required,
    types: word.split(',').map((each) => each.trim()),
    isWidget: told?.forceInput !== true && (widgets.includes(word) || word === dynamicCombo),
    options: type === dynamicCombo ? Object.keys(variants) : options,
    min: told?.min ?? null,
    max: told?.max ?? null,
    fallback: told?.default ?? null,
    isControlled: Boolean(told?.control_after_generate) || name === 'seed' || name === 'noise_seed',
    isUpload: told?.image_upload === true,
    variants,
    grows: type === grown,
  };
}

const isScalar = (value: unknown): value is string | number | boolean => scalar.safeParse(value).success;

const variantsIn = (options: readonly unknown[]): Readonly<Record<string, readonly NodeInput[]>> =>
  Object.fromEntries(
    options.flatMap((option) => {
      const told = variantSchema.safeParse(option).data;
      return told === undefined ? [] : [[told.key, inputsIn(told.inputs, undefined)] as const];
    }),
  );
