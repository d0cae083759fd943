import type { Playbook } from '../src/core/playbook.ts';

/** What an assistant reads when it must choose between playbooks. */
export function playbooksPage(playbooks: readonly Playbook[]): string {
  const parts = playbooks.map(({ name, title, summary, kinds, inputs, remedies }) =>
    [
      `## ${name}`,
      '',
      `${title}. ${summary}`,
      '',
      `For: ${kinds.length === 0 ? 'the node as a whole' : `services of the kind ${kinds.join(', ')}`}.`,
      ...Object.entries(inputs).map(([input, says]) => `Takes \`${input}=…\`: ${says}`),
      ...(remedies.length === 0 ? ['', 'It only looks.'] : ['', '| remedy | why | what is done |', '|---|---|---|']),
      ...remedies.map(
        (remedy) =>
          `| ${remedy.name} | ${remedy.because} | ${remedy.do.map(({ action }) => `\`${action}\``).join(', ') || 'left to a person'} |`,
      ),
    ].join('\n'),
  );
  return `${['# Playbooks', 'Made by `npm run gen`. What stands in braces is filled with what is found.', ...parts].join('\n\n')}\n`;
}
