import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, restarted, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const fileEdit = defineTool({
  name: 'file_edit',
  title: 'Edit a declared file',
  summary:
    'Changes one place of a file that its service declares as editable, after approval of the diff: an exact text (find, replace) or the value of one key. Whole or not at all, kept beside it, taken back by run_undo.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    path: z.string().describe('Of the file'),
    find: z.string().optional().describe('Text that occurs once'),
    replace: z.string().optional().describe('What stands there instead'),
    key: z.string().optional().describe('Or a key, like N_PARALLEL'),
    value: z.string().optional().describe('Its new value'),
    restart: z.boolean().default(false).describe('Restart the service after it'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service', 'path'] },
  run: (input, ops) => {
    const { service, path } = input;
    const args = { service, path, ...editOf(input) };
    return change(ops, { tool: 'file_edit', input, steps: [{ action: 'file.edit', args }, ...restarted(input)] });
  },
});

interface Edit {
  readonly find?: string | undefined;
  readonly replace?: string | undefined;
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

/** Errors: `USAGE` for neither or both. */
function editOf({ find, replace, key, value }: Edit) {
  if (find !== undefined && replace !== undefined && key === undefined && value === undefined) return { find, replace };
  if (key !== undefined && value !== undefined && find === undefined && replace === undefined) return { key, value };
  throw new OpsError('USAGE', 'file_edit takes find and replace, or key and value.');
}
