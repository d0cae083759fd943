import { defineCheck } from '../core/check.ts';
import { ollamaSettings as wanted } from '../core/stack.ts';
import { settingsCheck } from './stack-settings.ts';

export const ollamaSettings = defineCheck(
  settingsCheck({
    name: 'ollama.settings',
    image: 'ollama',
    summary: 'Ollama runs with the context length, flash attention, cache type and number of models that are declared',
    rule: 'Degraded when one of the four settings of the running container is not as declared in the fleet or compose file, or when a quantised cache type is set without flash attention, which makes it count for nothing. Source: Ollama.',
    wanted,
    expected: ({ ollama }) => ollama.settings,
    together: ({ OLLAMA_KV_CACHE_TYPE: type, OLLAMA_FLASH_ATTENTION: flash }) =>
      /^q\d/.test(type ?? '') && /^(?:0|f|false)$/i.test(flash ?? '')
        ? `OLLAMA_KV_CACHE_TYPE is ${type}, and OLLAMA_FLASH_ATTENTION is off, so that the cache stays f16`
        : undefined,
  }),
);
