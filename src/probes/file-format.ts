import { safetensorsHeaderBytes } from './safetensors.ts';

/** What a file is by its first bytes; `xml` and `json` are texts that servers send in place of a file. */
export type FileFormat =
  | 'gguf'
  | 'safetensors'
  | 'zip'
  | 'html'
  | 'xml'
  | 'json'
  | 'git-lfs pointer'
  | 'zeros'
  | 'other';

const texts: readonly (readonly [RegExp, FileFormat])[] = [
  [/^GGUF/, 'gguf'],
  [/^PK[^ -~]{2}/, 'zip'],
  [/^version https:\/\/git-lfs\.github\.com\/spec\//, 'git-lfs pointer'],
  [/^(?:\ufeff)?\s*<(?:!doctype\s+html|html|head|body)\b/i, 'html'],
  [/^(?:\ufeff)?\s*<(?:\?xml|Error>)/, 'xml'],
  [/^(?:\ufeff)?\s*[{[]\s*["\]}{[]/, 'json'],
];

/** Recognises a file by its first bytes, 64 KiB at best. */
export function fileFormat(bytes: Uint8Array): FileFormat {
  if (safetensorsHeaderBytes(bytes) !== null) return 'safetensors';
  const text = new TextDecoder().decode(bytes.subarray(0, 256));
  const known = texts.find(([pattern]) => pattern.test(text))?.[1];
  return known ?? (bytes.every((byte) => byte === 0) ? 'zeros' : 'other');
}
