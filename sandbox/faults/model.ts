import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Fault } from '../fault.ts';

/** Of the model that llama needs. */
export const modelFaults: readonly Fault[] = [
  {
    name: 'cut_model',
    shows: 'The chat answers 503 since a model was copied an hour ago.',
    managers: ['pm2', 'supervisor'],
    // As after a download that broke off: the header and most of the tensors are there, the end is not.
    async plant({ model, wholeModel }) {
      const whole = await readFile(wholeModel);
      await writeFile(model, whole.subarray(0, Math.floor(whole.length * 0.6)));
    },
    flaps: 'llama',
    cause: ['model.complete', 'model:'],
    named: /model\.complete|truncat|incomplete|not whole|cut off|too short|partial/i,
    cure: { playbook: 'llama_recover', service: 'llama', ends: 'verified' },
    touches: ['llama', 'model'],
  },
  {
    name: 'absent_model',
    shows: 'The chat answers 503 after the node was set up anew.',
    managers: ['supervisor', 'pm2'],
    plant: ({ model }) => rm(model, { force: true }),
    cause: ['model.present', 'model:'],
    named:
      /model\.present|model.*(?:absent|missing|not there|not present|does not exist|gone)|(?:no|missing|absent) model/i,
    cure: { playbook: 'llama_recover', service: 'llama', ends: 'verified' },
    touches: ['llama', 'model'],
  },
];
