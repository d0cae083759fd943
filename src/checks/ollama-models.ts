import { defineCheck, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { serverUnknown, needOllama, stackNode } from './stack-view.ts';

export const ollamaModels = defineCheck({
  name: 'ollama.models',
  summary: 'Ollama of the stack has the models that it must have',
  layer: 'model',
  rule: 'Critical when a declared model is not in the list of Ollama; unknown when it does not tell its list.',
  unseen: 'Whether a model that is listed can be loaded.',
  subjects: (node) => (node.stack?.ollama.models.length ? stackNode(node) : []),
  needs: (stack, node) => ({ ollama: needOllama(stack, node) }),
  evaluate({ ollama }, { ollama: { models } }): Verdict {
    if (ollama.state !== 'answers' || ollama.models === null) return serverUnknown(ollama, 'Ollama');
    const { models: has } = ollama;
    const missing = models.filter((model) => !has.includes(model) && !has.includes(`${model}:latest`));
    const [first] = missing;
    if (first === undefined)
      return { status: 'ok', summary: `Ollama has ${count(models.length, 'declared model')}: ${models.join(', ')}.` };
    return {
      status: 'critical',
      summary: `Ollama lacks ${missing.join(', ')}; it has ${has.length === 0 ? 'none' : has.slice(0, 5).join(', ')}.`,
      restartHelps: 'no',
      next: [
        {
          say: `See why the init container did not fetch it (stack.init), whether the registry is reached and the disk has room; then ollama pull ${first} in the container.`,
        },
      ],
    };
  },
});
