import { basename, dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// A program comes before what wraps it: the shim of a version manager takes ten times as long as the Python that it starts.
const own = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const PATH = [...new Set([dirname(process.execPath), ...own, ...(process.env['PATH'] ?? '').split(':')])].join(':');

/** Files of a minute begin first: at the end, nothing else would run beside them. */
const long = [
  'situations',
  'drills',
  'comfyui-install',
  'conformance',
  'instances-apply',
  'tools',
  'knob-tune',
  'drill',
  'pm2-tell',
  'crash-matrix',
  'change-files',
  'mcp-approval',
];
const rank = ({ moduleId }: TestSpecification) => {
  const at = long.indexOf(basename(moduleId, '.test.ts'));
  return at === -1 ? long.length : at;
};
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    env: { PATH },
    sequence: { sequencer: LongestFirst },
    // Most files wait for programs most of the time; two cores bear more than the one that vitest would use.
    maxWorkers: 4,
    // Half of what loading a file costs; the second Node of a whole check finds it done by the first.
    experimental: { fsModuleCache: true },
    projects: [
      {
        test: {
          name: 'unit',
          // What they import is loaded once for many of them, which is half of their time.
          isolate: false,
          include: ['test/*.test.ts', 'test/{unit,property}/**/*.test.ts'],
          // Against what hangs, not what is slow: a property test of hundreds of rounds waits for a busy machine.
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'real',
          globalSetup: 'test/support/run-folder.ts',
          include: ['test/{integration,protocol,situations,drills}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
          // Of the tests that may run beside each other: most of their time is waited.
          maxConcurrency: 12,
        },
      },
    ],
  },
});
