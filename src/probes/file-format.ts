import { safetensorsHeaderBytes } from './safetensors.ts';

/** What a file is by its first bytes; `xml` and `json` are texts that servers send in place of a file. */
export type FileFormat =
  | 'gguf'
  | 'safetensors'
  | 'zip'
  | 'pickle'
  | 'gzip'
  | 'zstd'
  | 'old ggml'
  | 'html'
  | 'xml'
  | 'json'
  | 'git-lfs pointer'
  | 'zeros'
  | 'other';

/** In hex. Old GGML containers spell their magic backwards; torch's pickles begin with their protocol. */
const beginnings: readonly (readonly [hex: RegExp, FileFormat])[] = [
  [/^47475546/, 'gguf'],
  [/^504b(?:0304|0506|0708)/, 'zip'],
  [/^800[2-5]/, 'pickle'],
  [/^1f8b/, 'gzip'],
  [/^28b52ffd/, 'zstd'],
  [/^(?:6c6d6767|666d6767|746a6767)/, 'old ggml'],
];

const texts: readonly (readonly [RegExp, FileFormat])[] = [
  [/^version https:\/\/git-lfs\.github\.com\/spec\//, 'git-lfs pointer'],
  [/^(?:\ufeff)?\s*(?:<!--.{0,120}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/is, 'html'],
  [/^(?:\ufeff)?\s*<(?:\?xml|Error>)/, 'xml'],
  [/^(?:\ufeff)?\s*[{[]\s*["\]}{[]/, 'json'],
];

/** Recognises a file by its first bytes, 64 KiB at best. */
export function fileFormat(bytes: Uint8Array): FileFormat {
  if (safetensorsHeaderBytes(bytes) !== null) return 'safetensors';
  const first = bytes.subarray(0, 256);
  const hex = [...first.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const binary = beginnings.find(([pattern]) => pattern.test(hex))?.[1];
  if (binary !== undefined) return binary;
  const text = new TextDecoder().decode(first);
  const known = texts.find(([pattern]) => pattern.test(text))?.[1];
  return known ?? (bytes.every((byte) => byte === 0) ? 'zeros' : 'other');
}
