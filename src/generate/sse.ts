import { createLines } from './lines.ts';

/** What an event of a stream holds; llama-server names an `error` where others put it into `data`. */
export interface StreamEvent {
  readonly field: 'data' | 'error';
  readonly text: string;
}

/** Server-sent events out of bytes. One that no empty line ended is not one. Source: WHATWG HTML, 9.2.6. */
export function createEvents() {
  const lines = createLines();
  let data: string[] = [];
  let error: string[] = [];

  function* events(all: readonly string[]): Generator<StreamEvent> {
    for (const line of all) {
      const [, field, text = ''] = /^(data|error):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'data') data.push(text);
      if (field === 'error') error.push(text);
      if (line !== '') continue;
      if (error.length > 0) yield { field: 'error', text: error.join('\n') };
      if (data.length > 0) yield { field: 'data', text: data.join('\n') };
      [data, error] = [[], []];
    }
  }

  return { push: (bytes: Uint8Array): readonly StreamEvent[] => [...events(lines.push(bytes))] };
}
