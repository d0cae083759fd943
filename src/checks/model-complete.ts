import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import type { FileFormat } from '../probes/file-format.ts';
import { modelHeader, type ModelHeader } from '../probes/model-header.ts';
import { modelInput } from './model-input.ts';
import { helpAgainst } from './refused-downloads.ts';
import { verifyModel } from './verify-model.ts';

/** By what it is, by its own header, then by the declared size. A loader refuses what ends before its last tensor. */
export const modelComplete = defineCheck({
  name: 'model.complete',
  summary: 'Each declared model is of the format it should be, and whole',
  layer: 'model',
  subjects: models,
  needs: (subject) => ({ header: need(modelHeader, modelInput(subject)) }),
  evaluate({ header: seen }, { service, model: { path, bytes: declared } }, node): Verdict {
    if (seen.state === 'unseen') return { status: 'unknown', summary: `Not known: ${seen.why}` };
    const wrong = notAModel(path, seen) ?? byHeader(path, seen) ?? bySize(path, seen, declared);
    if (wrong?.status === 'critical')
      return { ...wrong, next: [...(wrong.next ?? []), verifyModel(node, service, path)] };
    return (
      wrong ?? {
        status: 'ok',
        summary: `${path} is whole: ${formatText(seen)}, ${seen.size} bytes${declared === undefined ? '' : ' as declared'}.`,
      }
    );
  },
});

type Seen = Extract<ModelHeader, { state: 'seen' }>;

const copyAgain =
  'Copy the model again to a name of its own beside it, compare the size, rename it, then restart its service.';

const critical = (summary: string, say = copyAgain): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'after-fix',
  next: [{ say }],
});

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

function notAModel(path: string, { format, size, begins, says }: Seen): Verdict | undefined {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (format === ownFormats[extension]) return undefined;
  const instead = inPlaceOfAModel[format];
  const quoted = says === null ? '' : `: ${JSON.stringify(says)}`;
  if (instead !== undefined) {
    const [is, say] = instead;
    return critical(`${path} (${bytesText(size)}) is ${is}${quoted}.`, helpAgainst(says) ?? say);
  }
  const expected = byExtension[extension];
  if (expected === undefined || expected === format) {
    // `Entry not found`: some servers send their error as plain text.
    const help = format === 'other' ? helpAgainst(says) : undefined;
    return help === undefined ? undefined : critical(`${path} (${bytesText(size)}) is a text${quoted}.`, help);
  }
  const what = torchFormats.includes(format)
    ? `it is a checkpoint of torch (${format})`
    : says === null
      ? `it begins with ${JSON.stringify(begins)}`
      : `it says ${JSON.stringify(says)}`;
  return critical(`${path} (${bytesText(size)}) is no ${expected} file: ${what}.`, helpAgainst(says));
}

function byHeader(path: string, { header, size, format }: Seen): Verdict | undefined {
  switch (header?.state) {
    case 'broken':
      return critical(`${path} (${bytesText(size)}) has a broken ${format} header: ${header.why}.`);
    case 'newer':
      return {
        status: 'degraded',
        summary: `${path} is of GGUF version ${header.version}, newer than 3: an older llama-server refuses it, and whether it is whole is not known.`,
        next: [{ say: 'See that the llama-server of this service is new enough for the model.' }],
      };
    case 'cut':
      return critical(
        header.needsBytes === null
          ? `${path} is truncated: its ${size} bytes end inside its own ${format === 'zip' ? 'archive' : 'header'}.`
          : `${path} is truncated: its header alone needs ${header.needsBytes} bytes, the file has ${size}.`,
      );
    case 'complete':
      if (format === 'safetensors' && header.needsBytes < size) {
        return critical(
          `${path} has ${size} bytes, ${size - header.needsBytes} more than its header accounts for: a safetensors loader refuses it.`,
        );
      }
      return header.needsBytes <= size
        ? undefined
        : critical(
            `${path} is truncated: its header needs ${header.needsBytes} bytes (${bytesText(header.needsBytes)}), the file has ${size} (${bytesText(size)}), ${bytesText(header.needsBytes - size)} are missing.`,
          );
    default:
      return undefined;
  }
}

function bySize(path: string, seen: Seen, declared: number | undefined): Verdict | undefined {
  const { size, header } = seen;
  if (declared !== undefined && size < declared) {
    return critical(
      `${path} is truncated: ${declared} bytes are declared, the file has ${size}, ${bytesText(declared - size)} are missing.`,
    );
  }
  if (declared !== undefined && size > declared) {
    return {
      status: 'degraded',
      summary: `${path} has ${size} bytes, ${size - declared} more than the ${declared} declared.`,
      next: [{ say: 'See whether it is another version of the model, and correct `bytes` in the fleet file.' }],
    };
  }
  if (declared !== undefined || header?.state === 'complete') return undefined;
  return {
    status: 'unknown',
    summary:
      header === null
        ? `${path} (${seen.size} bytes, ${formatText(seen)}) does not tell how long it must be.`
        : `${path}: its header is longer than the 32 MiB that are read, so whether its ${size} bytes are all is not known.`,
    next: [{ say: 'Declare the `bytes` of this model in the fleet file.' }],
  };
}

function formatText({ format, header, begins }: Seen): string {
  if (format === 'other') return `begins with ${JSON.stringify(begins)}`;
  if (header?.state !== 'complete' || header.tensors === 0) return format;
  return `${format}${header.version === null ? '' : ` version ${header.version}`}, ${count(header.tensors, 'tensor')}`;
}
