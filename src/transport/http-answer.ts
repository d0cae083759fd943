import type { Capture } from '../core/capture.ts';
import type { Intake } from './intake.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Capture;
}

const headerBytes = 262_144;
const headEnd = Buffer.from('\r\n\r\n');

/** Reads an answer as it went over the wire, without its transfer encoding: the last head, then the body. */
export function createAnswerReader(body: Intake) {
  let before = Buffer.alloc(0);
  let head: { status: number; headers: Record<string, string> } | undefined;
  return {
    push(chunk: Uint8Array): void {
      if (head !== undefined) return body.push(chunk);
      before = Buffer.concat([before, chunk]).subarray(0, headerBytes);
      for (let at = before.indexOf(headEnd); at >= 0 && head === undefined; at = before.indexOf(headEnd)) {
        const said = headOf(before.toString('latin1', 0, at));
        before = before.subarray(at + headEnd.length);
        // 100 Continue and its like come before the real one.
        if (said.status >= 200) head = said;
      }
      if (head === undefined) return;
      body.begin(head.status);
      if (before.length > 0) body.push(before);
    },
    /** Undefined when no answer came. */
    end: (): Answer | undefined => head && { ...head, body: body.end() },
  };
}

function headOf(text: string): { status: number; headers: Record<string, string> } {
  const [first = '', ...lines] = text.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    const known = headers[name.toLowerCase()];
    if (name !== '') headers[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`;
  }
  return { status: Number(/^HTTP\/\S+ (\d{3})/.exec(first)?.[1] ?? 0), headers };
}
