import { z } from 'zod';
import type { Playbook } from '../core/playbook.ts';
import { defineTool, nodesInput, serviceInput, type AnyTool } from '../core/tool.ts';
import { changeInputs } from './change-inputs.ts';
import { playData } from './play-report.ts';
import { playbookRun } from './playbook-run.ts';

/** A playbook as a tool that is called as it is, with its inputs; `playbook_run` can also say how it is rolled out. */
export const toolOfPlaybook = ({ name, title, summary, kinds, inputs }: Playbook): AnyTool =>
  defineTool({
    name,
    title,
    summary,
    effect: 'change',
    toolset: 'repair',
    input: z.object({
      nodes: nodesInput,
      ...(kinds.length > 0 && { service: serviceInput }),
      ...Object.fromEntries(Object.entries(inputs).map(([input, says]) => [input, z.string().describe(says)])),
      ...changeInputs,
    }),
    data: playData,
    cli: { positional: ['nodes'] },
    async run(given, ops) {
      const { nodes, service, why, plan } = given;
      const values = Object.entries(given).filter(([key]) => Object.hasOwn(inputs, key));
      const asked = {
        playbook: name,
        nodes,
        service,
        why,
        plan,
        with: values.map(([key, value]) => `${key}=${String(value)}`),
      };
      return await playbookRun.run(playbookRun.input.parse(asked), ops);
    },
  });
