import { defineSignatures } from '../../core/signature.ts';

const services = ['whisper', 'worker'] as const;

/** Why faster-whisper (CTranslate2) does not run on the GPU. */
export const whisper = defineSignatures([
  {
    id: 'WH-CUDNN',
    services,
    pattern:
      /Unable to load any of \{libcudnn[^}]*\}|Could not load library libcudnn\S*|Library lib(?:cublas|cudnn)\S* is not found or cannot be loaded/,
    meaning: 'The cuDNN or cuBLAS that CTranslate2 was built for is not found',
    advice:
      'CTranslate2 4.5 and later want cuDNN 9, 4.4 wants 8; put the right one on the library path of the service.',
    restartHelps: 'after-fix',
    examples: [
      'Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9.1, libcudnn_ops.so.9, libcudnn_ops.so}',
      'Could not load library libcudnn_ops_infer.so.8. Error: libcudnn_ops_infer.so.8: cannot open shared object file: No such file or directory',
      'RuntimeError: Library libcublas.so.12 is not found or cannot be loaded',
    ],
    source: 'CTranslate2, cuDNN',
  },
  {
    id: 'WH-FP16',
    services,
    pattern: /Requested \w+ compute type, but the target device or backend do not support efficient \w+ computation/,
    meaning: 'The wanted number format does not exist on this device: it is the CPU, or an old GPU',
    advice: 'See whether the service holds a GPU; on an old one choose int8 or float32.',
    restartHelps: 'maybe',
    examples: [
      'ValueError: Requested float16 compute type, but the target device or backend do not support efficient float16 computation.',
    ],
    source: 'CTranslate2 src/types.cc',
  },
  {
    id: 'WH-INFER',
    services,
    pattern: /The compute type inferred from the saved model is \w+, but the target device or backend do not support/,
    meaning: 'The model was converted to another number format without an error: it runs on the CPU, or on an old GPU',
    advice: 'See whether the service holds a GPU; it works, but slowly.',
    restartHelps: 'maybe',
    examples: [
      '[ctranslate2] [warning] The compute type inferred from the saved model is float16, but the target device or backend do not support efficient float16 computation. The model weights have been automatically converted to use the float32 compute type instead.',
    ],
    source: 'CTranslate2 models/model.cc',
  },
]);
