import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply, Command } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Hearing } from '../core/make.ts';
import type { Session, Transport } from '../core/session.ts';
import { execute } from './exec.ts';
import { framedFiles } from './frame.ts';
import { createHttpClient } from './http-client.ts';
import { isExecCommand, isFileCommand, isHttpCommand } from './kinds.ts';
import { createMaster, type Master } from './openssh-master.ts';
import { opensshExecutor } from './openssh-executor.ts';
import { createOpensshHttp } from './openssh-http.ts';
import { sessionOf } from './session.ts';
import { withSlots } from './slots.ts';

// sshd allows 10 sessions on a connection by default.
const sessionsAtOnce = 8;

/** Reaches nodes by the system's `ssh`: for hardware keys, certificates, ProxyCommand and all else that only it knows. */
export function createOpensshTransport(): Transport {
  const here = createHttpClient();
  const opened = new Map<string, { readonly session: Session; readonly master: Master; close(): void }>();
  let folder: Promise<string> | undefined;
  let closed = false;

  async function placeFor(node: Node) {
    // A socket's path has to be short: that of the folder is, unless TMPDIR is not.
    const prefix = join(await (folder ??= mkdtemp(join(tmpdir(), 'rh-'))), `${opened.size}`);
    const key = JSON.stringify([node.name, node.ssh, node.host_key]);
    const known = opened.get(key);
    if (known) return known;
    const made = sessionTo(node, createMaster(node, prefix), here);
    opened.set(key, made);
    return made;
  }

  return {
    async open(node, signal) {
      if (closed) throw new OpsError('CANCELLED', 'the transport was closed here');
      const { session, master } = await placeFor(node);
      await master.connect(signal);
      return session;
    },
    async close() {
      closed = true;
      here.close();
      await Promise.all(
        [...opened.values()].map(async ({ master, close }) => {
          close();
          await master.stop();
        }),
      );
      opened.clear();
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

function sessionTo(node: Node, master: Master, here: ReturnType<typeof createHttpClient>) {
  const executor = withSlots(opensshExecutor(master.words), sessionsAtOnce);
  const files = framedFiles(executor);
  const http = createOpensshHttp(master, executor, here);
  const notes =
    node.host_key === 'ephemeral' ? [`The host key of ${node.name} is not checked (host_key: ephemeral).`] : [];
  const put = async (command: Command, signal?: AbortSignal, hearing?: Hearing): Promise<Reply> => {
    await master.connect(signal);
    try {
      if (isExecCommand(command)) return await execute(executor, command, signal);
      if (isHttpCommand(command)) return await http.ask(command, signal, hearing);
      if (isFileCommand(command)) return await files.ask(command, signal);
    } catch (error) {
      if (error instanceof OpsError && error.code === 'LINK_LOST') await master.drop();
      throw error;
    }
    throw new OpsError('DEFECT', `nobody answers a ${command.ask.kind}`);
  };
  return { master, session: sessionOf(put, () => notes), close: http.close };
}
