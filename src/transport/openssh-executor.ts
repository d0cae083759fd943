import { childExecutor } from './child-executor.ts';
import type { Ended, Executor } from './executor.ts';

/** Words of the `ssh` that runs a line: over the shared connection, or over one of its own. */
export interface SshWords {
  shared(line: string): readonly [string, ...string[]];
  alone(line: string): readonly [string, ...string[]];
}

// At the very beginning: what a program prints comes later, and its line must not run twice.
const sessionRefused = /^(?:mux_client_request_session: )?session request failed: Session open refused by peer/;
const exitOfSsh = 255;

/**
 * Runs lines by `ssh`. Where sshd refuses one more session on the shared connection, nothing has run yet, and the line
 * gets a connection of its own.
 */
export function opensshExecutor(words: SshWords): Executor {
  const shared = childExecutor(words.shared);
  const alone = childExecutor(words.alone);
  return {
    async start(line, outputs) {
      const sent: Uint8Array[] = [];
      let isOver = false;
      let printed = '';
      let current = await shared.start(line, {
        stdout: outputs.stdout,
        stderr(chunk) {
          if (printed.length < 4_096) printed += Buffer.from(chunk).toString();
          outputs.stderr(chunk);
        },
      });
      const ended = current.ended.then(async (end): Promise<Ended> => {
        if (end.exitCode !== exitOfSsh || !sessionRefused.test(printed) || isOver) return end;
        current = await alone.start(line, outputs);
        for (const bytes of sent) current.write(bytes);
        return current.ended;
      });
      return {
        ended,
        write(bytes) {
          sent.push(bytes);
          current.write(bytes);
        },
        closeInput() {
          isOver = true;
          current.closeInput();
        },
        abandon() {
          isOver = true;
          current.abandon();
        },
      };
    },
  };
}
