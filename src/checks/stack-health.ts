import { defineCheck, need, type Verdict } from '../core/check.ts';
import { stackComfyui } from '../probes/stack-comfyui.ts';
import type { ServerAnswer } from '../probes/stack-servers.ts';
import { fileUnknown, isInit, needFile, needOllama, serverInput, serverUnknown, stackNode } from './stack-view.ts';

export const stackHealth = defineCheck({
  name: 'stack.health',
  summary: 'Ollama and ComfyUI of the stack answer, as the node reaches them',
  layer: 'inference',
  rule: 'Critical when a running container does not answer at /api/tags of Ollama or / of ComfyUI, or not with HTTP 200; degraded when slower than `healthSlowMs`.',
  unseen: 'Whether other containers reach them by name, and whether they can generate.',
  subjects: stackNode,
  needs: (stack, node) => ({
    file: needFile(stack, node),
    ollama: needOllama(stack, node),
    comfyui: need(stackComfyui, serverInput(stack, node, stack.comfyui.url)),
  }),
  evaluate({ file, ollama, comfyui }, stack, { thresholds }): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    const servers = file.services.filter((service) => !isInit(service, file, stack));
    const has = (word: string) => servers.some(({ image, name }) => `${image} ${name}`.includes(word));
    const judged = [
      ...(has('ollama') ? [verdictOn('Ollama', '/api/tags', ollama, thresholds.healthSlowMs)] : []),
      ...(has('comfyui') ? [verdictOn('ComfyUI', '/', comfyui, thresholds.healthSlowMs)] : []),
    ];
    return judged.length > 0
      ? judged
      : [{ status: 'not_applicable', summary: 'The stack has neither Ollama nor ComfyUI.' }];
  },
});

function verdictOn(name: string, path: string, answer: ServerAnswer<object>, slowMs: number): Verdict {
  const subject = `stack:${name.toLowerCase()}`;
  const critical = (summary: string): Verdict => ({
    status: 'critical',
    subject,
    summary,
    restartHelps: 'maybe',
    next: [
      {
        say: `Read the end of its log: docker logs --tail 50 ${name.toLowerCase()}.${name === 'ComfyUI' ? ' Its first start takes up to half an hour before it answers.' : ''}`,
      },
    ],
  });
  if (answer.state === 'untold') return { subject, ...serverUnknown(answer, name) };
  if (answer.state === 'down')
    return { status: 'not_applicable', subject, summary: `No container of ${name} runs; see stack.profile.` };
  const at = `${answer.url}${path}`;
  if (answer.state === 'silent') return critical(`${name} does not answer at ${at}: ${answer.why}.`);
  const { status, ms } = answer;
  if (status !== 200) return critical(`${name} answers at ${at} with HTTP status ${status}.`);
  if (ms > slowMs)
    return {
      status: 'degraded',
      subject,
      summary: `${name} answers at ${at} after ${ms} ms (slow above ${slowMs} ms).`,
    };
  return { status: 'ok', subject, summary: `${name} answers at ${at} in ${Math.round(ms)} ms.` };
}
