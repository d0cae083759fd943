import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import type { OfferedKey } from '../transport/offered-key.ts';
import { commandLine } from '../core/quote.ts';
import { OpsError } from '../core/errors.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { complain, print } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  node: z.string().describe('Node name'),
  fingerprint: z.string().optional().describe('The fingerprint you expect, instead of being asked: SHA256:...'),
});

export const fleetTrust: Command = {
  words: 'fleet trust',
  title: "Enrol a node's host key",
  about:
    "Shows the host key that a node presents and files it in known_hosts once you agree. Compare it first with one you trust: the provider's console, or ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the node itself.",
  flags: () => flagsOf(input),
  positional: ['node'],
  async run(values, { app, signal }) {
    const { node, fingerprint } = typed(input, values);
    const key = await (await app()).offeredKey(node);
    complain(`${node} (${key.host} port ${key.port}) presents this ${key.type} key:\n  ${key.fingerprint}`);
    if (fingerprint === undefined) await ask(node, key, signal);
    else if (fingerprint !== key.fingerprint)
      throw new OpsError(
        'HOST_KEY_CHANGED',
        `${node} presents ${key.fingerprint}, not ${fingerprint}. Nothing was filed.`,
        {
          hint: 'Another machine may be answering in its place: find out before you trust it.',
        },
      );
    print(`Filed in ${await key.add()}.`);
    return 0;
  },
};

/** Errors: `USAGE` where there is nobody to ask, `HOST_KEY_UNKNOWN` when they do not agree. */
async function ask(node: string, key: OfferedKey, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new OpsError('USAGE', 'There is no terminal to ask at whether you trust this key.', {
      hint: `If it is the right one: ${commandLine(['rackhand', 'fleet', 'trust', node, `--fingerprint=${key.fingerprint}`])}`,
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  // While it waits, the terminal hands Ctrl-C to the reader instead of the process.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const refused = 'Not trusted, and nothing was filed.';
  const answer = await terminal
    .question('Do you trust it? [y/N] ', { signal: AbortSignal.any([signal, closed.signal]) })
    .catch((cause: unknown) => {
      throw new OpsError('CANCELLED', refused, { cause });
    })
    .finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new OpsError('HOST_KEY_UNKNOWN', refused);
}
