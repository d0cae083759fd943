import { ggufModel } from '../../sandbox/gguf.ts';
import type { Situation } from '../support/situation.ts';
import { fastapi, llama, llamaFails, modelPath, notLoaded, wholeModel } from './parts.ts';
import { rotated, unusedModel } from './herrings.ts';

/** Of the size that reading in samples needs, and with no zeros but those of its header. */
const filled = ggufModel('filled', ['token_embd.weight', 'output.weight'], 262_144).fill(1, 4_096);
const cut = wholeModel.subarray(0, Math.floor(wholeModel.length * 0.6));
const bad = (...lines: readonly string[]) => llamaFails(...lines, ...notLoaded);
const noMagic = (magic: string) => bad(`gguf_init_from_reader: invalid magic characters: '${magic}', expected 'GGUF'`);
const outOfBounds = bad(
  "llama_model_load: error loading model: tensor 'output.weight' data is not within the file bounds, model is corrupted or incomplete",
);
const page = '<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>\n'.repeat(20);
const pointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 4920739232\n';

const missing = bad(`gguf_init_from_file: failed to open GGUF file '${modelPath}' (No such file or directory)`);
const folder = modelPath.slice(0, modelPath.lastIndexOf('/'));
const present = `model.present model:${modelPath}`;
const complete = `model.complete model:${modelPath}`;

/** Model files that are not what they look like. */
export const models: readonly Situation[] = [
  {
    name: 'a model that was cut off by a copy that broke',
    plant: (broken) => [llama(broken ? { model: cut, told: outOfBounds } : {}), fastapi()],
    expect: {
      cause: complete,
      says: /is truncated: .* are missing/,
      next: /Copy the model again/,
      follow: ['llama', 'fastapi'],
      notOk: ['service.running', 'service.health', 'service.log'],
    },
  },
  {
    name: 'a web page in place of a model, with an old crash in the rotated log',
    plant: (broken) => [
      llama(broken ? { model: page, told: noMagic('<!DO') } : {}),
      fastapi(),
      rotated('/var/log/llama.err', 'CUDA error: out of memory', 'main: exiting due to model loading error'),
    ],
    expect: {
      cause: complete,
      says: /is a web page/,
      next: /credentials that may read/,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'a git-lfs pointer in place of a model',
    plant: (broken) => [llama(broken ? { model: pointer, told: noMagic('vers') } : {})],
    expect: {
      cause: complete,
      says: /git-lfs pointer/,
      next: /git lfs pull/,
      follow: ['llama'],
    },
  },
  {
    name: 'a model that never came',
    plant: (broken) => [
      llama(
        broken
          ? {
              model: null,
              told: missing,
            }
          : {},
      ),
      fastapi(),
    ],
    expect: {
      cause: present,
      says: /is missing, and so is the folder/,
      next: /whether its volume is mounted/,
      follow: ['llama', 'fastapi'],
    },
  },
  {
    name: 'an empty model file',
    plant: (broken) => [llama(broken ? { model: '', told: bad('gguf_init_from_reader: failed to read magic') } : {})],
    expect: { cause: present, says: /is empty \(0 B\)/, next: /Copy the model again/, follow: ['llama'] },
  },
  {
    name: 'nothing but zeros, as a reserved file that was never written',
    plant: (broken) => [llama(broken ? { model: '\0'.repeat(70_000), told: noMagic('????') } : {})],
    expect: { cause: complete, says: /nothing but zeros/, next: /Copy the model again/, follow: ['llama'] },
  },
  {
    name: 'the answer of a model store in place of a model, beside the old one',
    plant: (broken) => [
      llama(broken ? { model: '{"error":"Repository not found"}', told: noMagic('{"er') } : {}),
      { files: { [`${folder}/llama-2-7b.Q4_K_M.gguf`]: wholeModel } },
    ],
    expect: {
      cause: complete,
      says: /JSON answer of a server/,
      next: /Correct the URL/,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'a link whose model was moved away',
    plant: (broken) => [
      llama({ model: null, ...(broken && { told: missing }) }),
      {
        files: { [`${folder}/blobs/4d7a2146.gguf`]: wholeModel },
        before: [`ln -s ${folder}/${broken ? 'old' : 'blobs'}/4d7a2146.gguf ${modelPath}`],
      },
    ],
    expect: {
      cause: present,
      says: /is a symbolic link to .*old\/4d7a2146\.gguf, which is not there/,
      next: /Remove the link before copying/,
      follow: ['llama'],
    },
  },
  {
    name: 'a folder where the model should be',
    plant: (broken) => [
      llama(
        broken
          ? {
              model: null,
              told: bad('gguf_init_from_reader: failed to read magic'),
              files: { [`${modelPath}/model.gguf`]: wholeModel },
            }
          : {},
      ),
    ],
    expect: {
      cause: present,
      says: /is a directory, not a file/,
      next: /Move what stands there aside/,
      follow: ['llama'],
    },
  },
  {
    name: 'a model of nearly the same name',
    plant: (broken) => [
      llama({ ...(broken && { model: null, told: missing }) }),
      { files: { [modelPath.replace('Q4_K_M', 'Q4_K_S')]: wholeModel } },
    ],
    expect: {
      cause: present,
      says: /Q4_K_S\.gguf" is there, which may be meant/,
      next: /Correct the name/,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'a download of the model that is not finished',
    plant: (broken) => [
      llama(broken ? { model: null, told: missing, files: { [`${modelPath}.part`]: cut } } : {}),
      fastapi(),
    ],
    expect: {
      cause: present,
      says: /download that is not finished/,
      next: /Let the download end/,
      follow: ['llama', 'fastapi'],
    },
  },
  {
    name: 'a model that is still being copied to its own name',
    plant: (broken) => [
      llama(broken ? { told: outOfBounds } : {}),
      broken
        ? { before: [`( while sleep 0.2; do printf more >> ${modelPath}; done ) < /dev/null > /dev/null 2>&1 &`] }
        : {},
    ],
    expect: {
      cause: `model.stable model:${modelPath}`,
      says: /is still being written: it grew/,
      next: /Wait until the copy ends/,
      follow: ['llama'],
    },
  },
  {
    name: 'aria2 has not ended, though the model has its size',
    plant: (broken) => [llama(broken ? { told: outOfBounds, files: { [`${modelPath}.aria2`]: 'control' } } : {})],
    expect: {
      cause: `model.stable model:${modelPath}`,
      says: /download is not finished/,
      next: /Let aria2 end/,
      follow: ['llama'],
    },
  },
  {
    name: 'the user of llama may not read the model, and a world-readable old one lies beside it',
    plant: (broken) => [
      llama({
        declared: { user: 'nobody' },
        ...(broken && {
          told: bad(`gguf_init_from_file: failed to open GGUF file '${modelPath}' (Permission denied)`),
        }),
      }),
      { files: { [`${folder}/old.gguf`]: wholeModel }, before: broken ? [`chmod 600 ${modelPath}`] : [] },
    ],
    expect: {
      cause: present,
      says: /nobody can not read .* mode 0600/,
      next: /Give nobody the right to read it/,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'the model has fewer bytes than its source, with a leftover of an old download beside it',
    plant: (broken) => [
      llama({
        model: 'x'.repeat(90_000),
        declared: { models: [{ path: modelPath.replace('gguf', 'bin'), bytes: 100_000 }] },
        files: {
          [modelPath.replace('gguf', 'bin')]: 'GGML'.repeat(broken ? 20_000 : 25_000),
          [`${folder}/old.bin.part`]: 'x',
        },
        ...(broken && { told: bad('llama_model_load: error loading model') }),
      }),
    ],
    expect: {
      cause: `model.complete model:${modelPath.replace('gguf', 'bin')}`,
      says: /100000 bytes are declared, the file has 80000/,
      next: /Copy the model again/,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'one of three parts of the model is missing',
    plant: (broken) => [
      llama({
        model: null,
        declared: { models: [{ path: `${folder}/big-00001-of-00003.gguf` }] },
        files: Object.fromEntries(
          ['1', '2', ...(broken ? [] : ['3'])].map((part) => [`${folder}/big-0000${part}-of-00003.gguf`, wholeModel]),
        ),
        ...(broken && { told: missing }),
      }),
    ],
    expect: {
      cause: `model.shards model:${folder}/big-00001-of-00003.gguf`,
      says: /00003-of-00003|missing/,
      next: /Copy|part/,
      follow: ['llama'],
    },
  },
  {
    name: 'the room of a model was reserved and not all of it written, and an unused model is broken',
    plant: (broken) => [
      llama({ model: filled, ...(broken && { told: outOfBounds }) }),
      { before: broken ? [`truncate -s 700k ${modelPath}; truncate -s ${filled.length} ${modelPath}`] : [] },
      unusedModel,
    ],
    expect: {
      cause: `model.filled model:${modelPath}`,
      says: /is not filled|may not be filled/,
      next: /copy the model again|sha256/i,
      follow: ['llama'],
    },
    herring: true,
  },
];
