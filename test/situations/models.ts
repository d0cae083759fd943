import type { Situation } from '../support/situation.ts';
import { fastapi, llama, llamaFails, modelPath, notLoaded, rotated, wholeModel } from './parts.ts';

const cut = wholeModel.subarray(0, Math.floor(wholeModel.length * 0.6));
const bad = (...lines: readonly string[]) => llamaFails(...lines, ...notLoaded);
const noMagic = (magic: string) => bad(`gguf_init_from_reader: invalid magic characters: '${magic}', expected 'GGUF'`);
const outOfBounds = bad(
  "llama_model_load: error loading model: tensor 'output.weight' data is not within the file bounds, model is corrupted or incomplete",
);
const page = '<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>\n'.repeat(20);
const pointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 4920739232\n';

/** Model files that are not what they look like. */
export const models: readonly Situation[] = [
  {
    name: 'a model that was cut off by a copy that broke',
    plant: (broken) => [llama(broken ? { model: cut, told: outOfBounds } : {}), fastapi()],
    expect: {
      cause: `model.complete model:${modelPath}`,
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
      cause: `model.complete model:${modelPath}`,
      says: /is a web page/,
      next: /access token/,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'a git-lfs pointer in place of a model',
    plant: (broken) => [llama(broken ? { model: pointer, told: noMagic('vers') } : {})],
    expect: {
      cause: `model.complete model:${modelPath}`,
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
              told: bad(`gguf_init_from_file: failed to open GGUF file '${modelPath}' (No such file or directory)`),
            }
          : {},
      ),
      fastapi(),
    ],
    expect: {
      cause: `model.present model:${modelPath}`,
      says: /is missing, and so is its folder/,
      next: /whether its volume is mounted/,
      follow: ['llama', 'fastapi'],
    },
  },
];
