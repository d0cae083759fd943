import { defineCheck, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import {
  activeProfiles,
  fileUnknown,
  needFile,
  needMembers,
  needOllama,
  serverUnknown,
  stackNode,
} from './stack-view.ts';

/** The best single hint at why Ollama is slow: its health is good all the while. Source: Ollama's API, `/api/ps`. */
export const ollamaSpill = defineCheck({
  name: 'ollama.spill',
  summary: 'Models that Ollama of the stack has loaded are on the GPU as a whole',
  layer: 'inference',
  rule: 'Critical when nothing of a loaded model is on the GPU in a GPU profile; degraded when a part of it is in the memory of the machine; unknown when Ollama does not tell. Source: size and size_vram of its API.',
  unseen: 'Models that are not loaded now.',
  subjects: stackNode,
  needs: (stack, node) => ({
    file: needFile(stack, node),
    members: needMembers(stack, node),
    ollama: needOllama(stack, node),
  }),
  evaluate({ file, members, ollama }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    if (ollama.state === 'down' || ollama.state === 'untold') return [serverUnknown(ollama, 'Ollama')];
    const active = members.reachable ? activeProfiles(file, stack, members.members) : [];
    if (active.length === 1 && active[0]?.hardware === 'cpu')
      return [{ status: 'not_applicable', summary: 'The profile of the CPU is active.' }];
    if (ollama.state !== 'answers' || ollama.loaded === null) return [serverUnknown(ollama, 'Ollama')];
    if (ollama.loaded.length === 0) return [{ status: 'not_applicable', summary: 'Ollama has no model loaded now.' }];
    return ollama.loaded.map(({ name, size, onGpu }): Verdict => {
      const subject = `ollama:${name}`;
      if (onGpu >= size)
        return { status: 'ok', subject, summary: `${name} is on the GPU as a whole (${bytesText(size)}).` };
      if (onGpu === 0)
        return {
          status: 'critical',
          subject,
          summary: `${name} (${bytesText(size)}) is loaded into the memory of the machine, nothing of it on a GPU: Ollama computes on the CPU.`,
          restartHelps: 'after-fix',
          next: [
            {
              say: 'See whether its container has a GPU (container.gpu, docker exec nvidia-smi), and what its log says of its discovery of GPUs.',
            },
          ],
        };
      return {
        status: 'degraded',
        subject,
        summary: `${name}: ${bytesText(size - onGpu)} of its ${bytesText(size)} are not on the GPU, which makes it slow.`,
        next: [{ say: 'Make room: unload other models, lower OLLAMA_CONTEXT_LENGTH, or take a smaller quantisation.' }],
      };
    });
  },
});
