import { z } from 'zod';
import { detailInput } from '../core/tool.ts';
import { flagsOf } from './flags.ts';

/** What every command takes. */
export const everywhere = () =>
  flagsOf(
    z.object({
      fleet: z.string().optional().describe('The fleet file (also RACKHAND_FLEET)'),
      json: z.boolean().optional().describe('The report as JSON'),
      detail: detailInput,
      help: z.boolean().optional().describe('What a command takes'),
      version: z.boolean().optional().describe('The version of rackhand'),
    }),
  );
