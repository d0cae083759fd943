import { z } from 'zod';

const bytes = z.number().min(0);

/** How a node is in one moment; null and missing is what it does not tell. */
export const vitalsSchema = z.object({
  memory: z.object({ usedBytes: bytes, totalBytes: bytes }).nullable(),
  gpus: z.array(
    z.object({
      /** As findings name it: `gpu:0`. */
      name: z.string(),
      usedBytes: bytes.nullable(),
      totalBytes: bytes.nullable(),
      busyPercent: z.number().min(0).max(100).nullable(),
    }),
  ),
});
export type Vitals = z.infer<typeof vitalsSchema>;
