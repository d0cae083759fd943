import { z } from 'zod';
import { defineAction, order } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { known } from '../core/probe.ts';
import { ended } from './ended.ts';
import { noArgs, noGuards, phaseChange, phaseDone, phaseNow, phaseProof } from './comfyui-phase.ts';
import { validateComfyui } from './validate-comfyui.ts';

const worldSchema = z.object({
  words: z.tuple([z.string()], z.string()),
  become: z.enum(['sudo']).nullable(),
  seconds: z.number(),
});

/** The last phase before a release is used: it is started, and has to do something. */
export const comfyuiValidate = defineAction({
  name: 'comfyui.validate',
  summary:
    'Starts a release of ComfyUI on a spare port of the loopback, has it do a prompt without a model, and ends it',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* phaseNow(node, 'validate');
    if ('can' in now) return now;
    const { release, install } = now;
    const { startSeconds, torch } = install;
    const cpu = torch.hardware === 'cpu';
    return yield* phaseChange(now, {
      phase: 'validate',
      what: `Start ComfyUI from ${release.path} on a spare port of 127.0.0.1${cpu ? ' with --cpu' : ''}, ask it for a picture that wants no model, and end it.`,
      drops: cpu ? [] : ['It takes some memory of a GPU for as long as it runs.'],
      proves: [
        `It answers /system_stats and does the prompt, each within ${startSeconds} s, and nothing of it is left.`,
      ],
      words: [`${release.venv}/bin/python`, release.path, String(startSeconds), ...(cpu ? ['--cpu'] : [])],
      seconds: 3 * startSeconds + 60,
    });
  },
  order(_, __, { world }) {
    const { words, become, seconds } = worldSchema.parse(world);
    const [python, ...rest] = words;
    const command = alterByRun(['env', 'PYTHONUNBUFFERED=1', python, '-c', validateComfyui, ...rest], {
      become: become ?? undefined,
      deadlineMs: seconds * 1_000,
      bytes: 65_536,
    });
    return known(order(command, (reply) => ended(reply, sentences)));
  },
  done: (_, __, before) => phaseDone(before),
  proof: () => phaseProof,
});

const sentences: Readonly<Record<number, string>> = {
  70: 'ComfyUI did not stand the test. What is in use was not touched.',
};
