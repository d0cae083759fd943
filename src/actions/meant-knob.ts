import type { Knob } from '../core/knob.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import { serviceIn } from './declared.ts';
import { editableFile } from './editable-file.ts';
import { knobIn, settingOf } from './knobs.ts';
import { refused, type Refused } from './refused.ts';

// An alias, because an interface is no JSON to the compiler.
type Asked = {
  readonly service: string;
  readonly knob: string;
  readonly to: string;
  readonly not?: string | undefined;
};

/**
 * Which knob is meant, and what it is to be set to, where `next` and `less` leave that to how things are now.
 *
 * The least tier first and as declared within it: source, the tuning order of the field. A knob or a value that is
 * declared under such a name is meant by it.
 */
export function* meantKnob(node: Node, asked: Asked): Asking<Asked | Refused> {
  const service = serviceIn(node, asked.service);
  if ('can' in service) return service;
  const { knobs } = service;
  const isNext = asked.knob === 'next' && !Object.hasOwn(knobs, 'next');
  if (!isNext) {
    const found = knobIn(node, asked);
    if ('can' in found || !isLess(found.knob, asked.to)) return asked;
    const less = yield* oneStepLess(service, found.knob);
    return less === undefined
      ? refused(`${asked.knob} of ${service.name} can not be set to less than it is.`)
      : { ...asked, to: less };
  }
  if (Object.keys(knobs).length === 0) return refused(`${service.name} declares no knobs in the fleet file.`, declare);
  const passed = asked.not?.split(',') ?? [];
  const inTurn = Object.entries(knobs).toSorted(([, a], [, b]) => a.tier - b.tier);
  for (const [name, knob] of inTurn) {
    if (passed.includes(name)) continue;
    const to = isLess(knob, asked.to) ? yield* oneStepLess(service, knob) : asked.to;
    if (to !== undefined) return { service: service.name, knob: name, to };
  }
  const why = inTurn.map(([name]) => `${name} ${passed.includes(name) ? 'was tried' : 'is as low as it may be'}`);
  return refused(`No knob of ${service.name} is left to turn: ${why.join(', ')}.`);
}

const declare = { say: 'Declare what may be turned as its `knobs`, with their tiers and limits.' };

const isLess = ({ values }: Knob, to: string): boolean => to === 'less' && values?.includes(to) !== true;

/** Undefined where it is as low as it may be, or where what it is set to can't be told. */
function* oneStepLess({ become }: Service, knob: Knob): Asking<string | undefined> {
  const file = yield* editableFile(knob.file, become);
  const now = file.can ? settingOf(file.text, knob) : file;
  return 'value' in now ? stepBelow(knob, now.value) : undefined;
}

/** Without a declared step it is half; below what is declared, and below 1 where nothing is, it never goes. */
export function stepBelow({ min, step, values }: Knob, now: string): string | undefined {
  const is = Number(now);
  if (values !== undefined) {
    const numbers = values.map(Number);
    if (numbers.some(Number.isNaN)) {
      const at = values.map(String).indexOf(now);
      return at === -1 ? undefined : values[at + 1]?.toString();
    }
    const below = numbers.filter((each) => each < is);
    return below.length === 0 ? undefined : String(Math.max(...below));
  }
  if (!Number.isFinite(is)) return undefined;
  const least = min ?? 1;
  const wanted = step === undefined ? Math.floor(is / 2) : Number((is - step).toPrecision(12));
  const to = Math.max(least, wanted);
  return to < is ? String(to) : undefined;
}
