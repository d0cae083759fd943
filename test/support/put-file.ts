import { z } from 'zod';
import { defineAction, order, type Action } from '../../src/core/action.ts';
import { alterByRun } from '../../src/core/alter.ts';
import { captured } from '../../src/core/capture.ts';
import { read } from '../../src/core/command.ts';
import { ask } from '../../src/core/probe.ts';
import { fileTextIfAny } from '../../src/core/reply.ts';

const args = z.object({ path: z.string(), text: z.string(), service: z.string().optional() });
const before = z.object({ text: z.string() });

/** Writes a text, and writes down beside it that it did; `$3` is how the node may misbehave. */
const script = `
printf '%s\\n' "$2" >> "$1.times"
case "$3" in
  fails) echo 'no such luck' >&2; exit 3;;
  slow) sleep 1;;
esac
printf %s "$2" > "$1.new" && mv "$1.new" "$1"
[ "$3" != dies ] || { sleep 0.3; printf gone > "$1"; } >/dev/null 2>&1 &
`;

/** An action for tests of what carries actions out: a file gets a text, and gets its old one back. */
export const putFile = ({
  quietSeconds = 0,
  withinSeconds = 2,
  how = '',
}: { quietSeconds?: number; withinSeconds?: number; how?: string } = {}): Action<z.infer<typeof args>> =>
  defineAction({
    name: 'test.put',
    summary: 'Puts a text into a file',
    args,
    guards: () => ({ checks: [], services: [] }),
    *plan({ path, text, service }) {
      const was = fileTextIfAny(yield* ask(read(path)));
      if (was === undefined) return { can: false, because: `${path} is not there.`, next: [] };
      return {
        can: true,
        subject: `file:${path}`,
        ...(service !== undefined && { service }),
        risk: 'approve',
        what: `Put ${JSON.stringify(text)} into ${path}.`,
        drops: [],
        proves: ['It is read back.'],
        undo: { action: 'test.put', args: { path, text: was }, what: `Put ${JSON.stringify(was)} back into ${path}.` },
        world: was,
        before: { text: was },
      };
    },
    // oxlint-disable-next-line require-yield -- it needs to know nothing
    *order({ path, text }) {
      const command = alterByRun(['sh', '-c', script, 'rackhand', path, text, how], { deadlineMs: 5_000 });
      const put = order(command, (reply) =>
        reply.exitCode === 0
          ? { how: 'done', said: 'put' }
          : { how: 'failed', said: captured(reply.stderr).trim() || `exit ${reply.exitCode}` },
      );
      // Tests that cut it off do not wait for what can only be slow.
      return { ...put, lingersMs: 500 };
    },
    *done({ path, text }, _node, saved) {
      const now = fileTextIfAny(yield* ask(read(path)));
      if (now === text) return { is: 'done', mark: text };
      return now === before.parse(saved).text
        ? { is: 'not_done', say: `${path} is as it was.` }
        : { is: 'unclear', say: `${path} holds something else.` };
    },
    proof: () => ({ checks: [], services: [], quietSeconds, withinSeconds }),
  });
