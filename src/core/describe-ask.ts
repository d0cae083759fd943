import { type Ask } from './command.ts';
import { commandLine } from './quote.ts';

/** What was asked, for people: evidence and error messages. */
export function describeAsk(ask: Ask): string {
  switch (ask.kind) {
    case 'exec':
      return commandLine(ask.words);
    case 'http':
      return `${ask.method} ${ask.url}${ask.socket === undefined ? '' : ` over ${ask.socket}`}`;
    case 'read':
      return `read ${ask.path} (${ask.bytes} bytes from ${ask.offset})`;
    case 'tail':
      return `read ${ask.path} (last ${ask.bytes} bytes)`;
    default:
      return `${ask.kind} ${ask.path}`;
  }
}
