import { clean } from '../core/text.ts';

/** A text as one line that can neither steer a terminal nor pass for a line of the report. */
export const oneLine = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();
