import { limitsText, tierText, type Knob } from '../core/knob.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { serviceIn, undeclared } from './declared.ts';
import type { Edit } from './edit-text.ts';
import type { Refused } from './refused.ts';
import { flagOf } from './set-flag.ts';
import { valueOf } from './set-value.ts';

/** A declared knob with its service, or the refusal that lists those there are. */
export function knobIn(
  node: Node,
  { service: name, knob }: { service: string; knob: string },
): { readonly service: Service; readonly knob: Knob } | Refused {
  const service = serviceIn(node, name);
  if ('can' in service) return service;
  const found = Object.hasOwn(service.knobs, knob) ? service.knobs[knob] : undefined;
  if (found !== undefined) return { service, knob: found };
  const names = Object.keys(service.knobs);
  const refusal = undeclared(`${name} declares no knob ${JSON.stringify(knob)}.`, knob, names);
  const list = Object.entries(service.knobs).map(([each, declared]) => ({ say: knobLine(each, declared) }));
  return { ...refusal, next: list };
}

const knobLine = (name: string, knob: Knob): string => {
  const { tier, describe, file } = knob;
  const what = describe === undefined ? '' : ` ${describe.replace(/\.?$/, '.')}`;
  return `${name} (tier ${tier}, ${tierText[tier]}): ${limitsText(knob)}.${what} It stands in ${file}.`;
};

/** The service whose knob stands in a file: that allows to put back what the file held before the knob was set. */
export function knobFileOf(
  node: Node,
  { service, path }: { service: string; path: string },
  name: string,
): Service | Refused {
  const found = knobIn(node, { service, knob: name });
  if ('can' in found || found.knob.file === path) return 'can' in found ? found : found.service;
  return undeclared(`${name} of ${service} stands in another file than ${path} now.`, path, [found.knob.file]);
}

/** What a knob is set to in the text of its file, or why that can't be told. */
export function settingOf(text: string, { key, flag }: Knob) {
  if (key !== undefined) return valueOf(text, key);
  return flag === undefined ? { because: 'It has neither key nor flag.' } : flagOf(text, flag);
}

/** The edit that sets it. */
export const knobEdit = ({ key, flag = '' }: Knob, value: string): Exclude<Edit, { find: string }> =>
  key === undefined ? { flag, value } : { key, value };
