import { afterAll, describe, expect, test, vi } from 'vitest';
import { failings } from '../support/drill.ts';
import { nodeKeys } from '../support/planted-node.ts';
import { has } from '../support/requires.ts';
import { drills } from './all.ts';

const needed = ['sshd', 'supervisord', 'unshare', 'setpriv'];
const keys = nodeKeys();

describe.skipIf(!needed.every(has) || process.getuid?.() !== 0)(
  `drills: planted faults that playbooks cure, or leave to the right person (needs root, ${needed.join(', ')})`,
  () => {
    afterAll(() => {
      keys.remove();
      vi.unstubAllEnvs();
    });

    describe.concurrent.each(Object.entries(drills))('%s', (_, family) => {
      for (const drill of family) test(drill.name, async () => expect(await failings(drill, keys.folder)).toEqual([]));
    });
  },
);
