import { z } from 'zod';
import { drillFolder, giveAnswer } from '../drill/place.ts';
import type { Command } from './command.ts';
import { fleetFrom } from './fleet-from.ts';
import { flagsOf } from './flags.ts';
import { print } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({ words: z.array(z.string()).min(1).describe('What was the matter, or that nothing was') });

export const drillAnswer: Command = {
  words: 'drill answer',
  title: 'Say what was the matter in a drill',
  about:
    'Tells the drill that runs with this fleet file what was the matter, in words or by the name of a check. The last answer counts.',
  flags: () => flagsOf(input),
  positional: ['words'],
  async run(values, { fleetPath, json }) {
    const answer = typed(input, values).words.join(' ');
    giveAnswer(drillFolder(fleetFrom(fleetPath)), answer);
    print(json ? JSON.stringify({ answer }) : `Answered: ${answer}`);
    return 0;
  },
};
