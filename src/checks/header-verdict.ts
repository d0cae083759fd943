import type { Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import type { FileFormat } from '../probes/file-format.ts';
import type { ModelHeader } from '../probes/model-header.ts';
import { brokenModel, copyAgain } from './broken-model.ts';
import { helpAgainst } from './refused-downloads.ts';

export type SeenHeader = Extract<ModelHeader, { state: 'seen' }>;

/** What is wrong with a file by what it is and by its own header, or undefined. A loader refuses what ends before its last tensor. */
export const headerVerdict = (path: string, seen: SeenHeader): Verdict | undefined =>
  notAModel(path, seen) ?? byHeader(path, seen);

const packed = 'Unpack it, or download it again without compression; no loader reads it as it is.';

const inPlaceOfAModel: Partial<Record<FileFormat, readonly [is: string, say: string]>> = {
  html: ['a web page', 'See the URL and the access token of the download: a server sent its log-in or error page.'],
  xml: ['an XML answer of a server', 'Read it: storage servers explain in it why they refuse the download.'],
  json: ['a JSON answer of a server', 'Read it: it says why the download was refused.'],
  'git-lfs pointer': [
    'a git-lfs pointer, not the model it points to',
    'Run `git lfs pull` in its repository, or download the file itself.',
  ],
  gzip: ['packed with gzip', packed],
  zstd: ['packed with zstd', packed],
  'old ggml': [
    'a GGML file from before GGUF, which no llama-server of today reads',
    'Download the GGUF of this model, or convert it.',
  ],
  zeros: ['nothing but zeros in its first 64 KiB, as when room was reserved for it and nothing written', copyAgain],
};

const byExtension: Readonly<Record<string, FileFormat>> = { gguf: 'gguf', safetensors: 'safetensors' };
const ownFormats: Readonly<Record<string, FileFormat>> = { ...byExtension, json: 'json', gz: 'gzip', zst: 'zstd' };
const torchFormats: readonly FileFormat[] = ['zip', 'pickle'];

function notAModel(path: string, { format, size, begins, says }: SeenHeader): Verdict | undefined {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (format === ownFormats[extension]) return undefined;
  const instead = inPlaceOfAModel[format];
  const quoted = says === null ? '' : `: ${JSON.stringify(says)}`;
  if (instead !== undefined) {
    const [is, say] = instead;
    return brokenModel(`${path} (${bytesText(size)}) is ${is}${quoted}.`, helpAgainst(says) ?? say);
  }
  const expected = byExtension[extension];
  if (expected === undefined || expected === format) {
    // `Entry not found`: some servers send their error as plain text.
    const help = format === 'other' ? helpAgainst(says) : undefined;
    return help === undefined ? undefined : brokenModel(`${path} (${bytesText(size)}) is a text${quoted}.`, help);
  }
  const what = torchFormats.includes(format)
    ? `it is a checkpoint of torch (${format})`
    : says === null
      ? `it begins with ${JSON.stringify(begins)}`
      : `it says ${JSON.stringify(says)}`;
  return brokenModel(`${path} (${bytesText(size)}) is no ${expected} file: ${what}.`, helpAgainst(says));
}

function byHeader(path: string, { header, size, format }: SeenHeader): Verdict | undefined {
  switch (header?.state) {
    case 'broken':
      return brokenModel(`${path} (${bytesText(size)}) has a broken ${format} header: ${header.why}.`);
    case 'newer':
      return {
        status: 'degraded',
        summary: `${path} is of GGUF version ${header.version}, newer than 3: an older llama-server refuses it, and whether it is whole is not known.`,
        next: [{ say: 'See that the llama-server of this service is new enough for the model.' }],
      };
    case 'cut':
      return brokenModel(
        header.needsBytes === null
          ? `${path} is truncated: its ${size} bytes end inside its own ${format === 'zip' ? 'archive' : 'header'}.`
          : `${path} is truncated: its header alone needs ${header.needsBytes} bytes, the file has ${size}.`,
      );
    case 'complete':
      if (format === 'safetensors' && header.needsBytes < size) {
        return brokenModel(
          `${path} has ${size} bytes, ${size - header.needsBytes} more than its header accounts for: a safetensors loader refuses it.`,
        );
      }
      return header.needsBytes <= size
        ? undefined
        : brokenModel(
            `${path} is truncated: its header needs ${header.needsBytes} bytes (${bytesText(header.needsBytes)}), the file has ${size} (${bytesText(size)}), ${bytesText(header.needsBytes - size)} are missing.`,
          );
    default:
      return undefined;
  }
}
