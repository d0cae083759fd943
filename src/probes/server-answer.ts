import { bytesText } from '../core/format.ts';
import { clean } from '../core/text.ts';
import type { FileFormat } from './file-format.ts';

const shortText = 2_048;
const saidMost = 160;

/** What a text that stands in place of a model says, in its own words; null where it is no text or says nothing. */
export function serverAnswer(bytes: Uint8Array, format: FileFormat): string | null {
  const text = new TextDecoder().decode(bytes.subarray(0, 16_384));
  const said = wordsOf(text, format, bytes.length);
  const line = clean(said ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return line === '' ? null : line.slice(0, saidMost);
}

function wordsOf(text: string, format: FileFormat, length: number): string | undefined {
  switch (format) {
    case 'xml':
      return [element(text, 'Code'), element(text, 'Message')].filter(Boolean).join(': ');
    case 'html':
      return element(text, 'title');
    case 'json':
      return /"(?:error|message|detail|msg|error_description)"\s*:\s*"((?:[^"\\]|\\.){1,300})"/i.exec(text)?.[1];
    case 'git-lfs pointer': {
      const size = /^size (\d{1,15})$/m.exec(text)?.[1];
      return size === undefined ? undefined : `the file itself has ${size} bytes (${bytesText(Number(size))})`;
    }
    case 'other':
      return length <= shortText && isText(text) ? text : undefined;
    default:
      return undefined;
  }
}

const element = (text: string, name: string): string | undefined =>
  new RegExp(`<${name}[^>]{0,100}>([^<]{1,300})</${name}>`, 'i').exec(text)?.[1];

const isText = (text: string): boolean => !/[^\P{C}\n\r\t]|\ufffd/u.test(text);
