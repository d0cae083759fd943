import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { modelWriters as openFiles } from '../probes/model-writers.ts';
import { brokenModel } from './broken-model.ts';
import { modelInput } from './model-input.ts';

/** A copy that stalls keeps size and time as they are: only who holds the file open for writing tells. */
export const modelWriters = defineCheck({
  name: 'model.writers',
  summary: 'No program that copies files has a declared model open for writing',
  layer: 'model',
  rule: 'Critical when a program that copies files has the model open for writing; degraded when it writes the unfinished copy, or when its open files may not be seen.',
  unseen: 'Programs that are not known to copy files and do not name the model, and writers on other machines.',
  subjects: models,
  needs: (subject) => ({ open: need(openFiles, modelInput(subject)) }),
  evaluate({ open: { there, writers, hidden, looked } }, { model: { path } }): Verdict {
    const writer = writers.find(({ unfinished }) => !unfinished) ?? writers[0];
    if (writer !== undefined) {
      const program = `${writer.program} (pid ${writer.pid}, ${writer.user})`;
      if (!writer.unfinished)
        return brokenModel(`${program} has ${path} open for writing: its copy has not ended.`, waitFor(writer.program));
      return {
        status: 'degraded',
        summary: `${program} writes ${JSON.stringify(writer.path)}, which will become ${path}.`,
        next: [{ say: waitFor(writer.program) }],
      };
    }
    const [unseen] = hidden;
    if (unseen !== undefined) {
      return {
        status: 'degraded',
        summary: `${unseen.program} (pid ${unseen.pid}, ${unseen.user}) runs and names ${path}; whether it writes to it may not be seen by the login user.`,
        next: [{ say: waitFor(unseen.program) }],
      };
    }
    if (!there)
      return { status: 'not_applicable', summary: `Nothing writes ${path}, as far as is seen, and it is not there.` };
    const seen =
      looked === 0
        ? 'no program that copies files runs'
        : `${count(looked, 'program')} that may copy files, none writes to it`;
    return { status: 'ok', summary: `${path} has no writer, as far as is seen: ${seen}.` };
  },
});

const waitFor = (program: string): string =>
  `Wait until ${program} ends, or see why it hangs, and do not start the service before; then look again.`;
