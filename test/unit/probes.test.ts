import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { opsError } from '../../src/core/errors.ts';
import { probes } from '../../src/probes/index.ts';
import { reply, replay, type RecordedReply } from '../support/replay.ts';

interface Fixture {
  source: string;
  input: unknown;
  replies: RecordedReply[][];
  fact?: unknown;
  error?: string;
}

const root = new URL('../fixtures/probes/', import.meta.url);

for (const probe of probes) {
  describe(probe.name, () => {
    const folder = new URL(`${probe.name}/`, root);
    const cases = readdirSync(folder).filter((file) => file.endsWith('.json'));
    test('has recordings', () => expect(cases).not.toEqual([]));
    test.each(cases)('%s', (file) => {
      const fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Fixture;
      const replies = fixture.replies.map((answers) => answers.map((recorded) => reply(recorded, folder)));
      expect(fixture.source).toMatch(/^(recorded|written): ./);
      const outcome = () => {
        try {
          return { fact: replay(probe, fixture.input, replies) };
        } catch (thrown) {
          return { error: opsError(thrown).code };
        }
      };
      expect(outcome()).toEqual(fixture.error === undefined ? { fact: fixture.fact } : { error: fixture.error });
    });
  });
}
