import { loadFleet } from '../../src/config/fleet.ts';
import { createChannels } from '../../src/transport/channels.ts';
import { connectRoute } from '../../src/transport/connection.ts';
import { channelExecutor } from '../../src/transport/exec-channel.ts';
import { OpsError } from '../../src/core/errors.ts';
import { resolveRoute } from '../../src/transport/ssh-config.ts';
import type { Farm } from './farm.ts';
import { compared, ratioFigure, type Figure } from './measure.ts';
import { startMaster } from './openssh.ts';

/** A bare channel that runs `true`, on a connection that is there: what every question by a program is built on. */
export async function pooledExec(farm: Farm): Promise<Figure> {
  const [node] = (await loadFleet({ path: farm.fleet, env: {}, cwd: farm.folder, home: farm.folder })).nodes;
  if (node === undefined) throw new Error('the farm has no node');
  const connect = async () => connectRoute(await resolveRoute(node.ssh), node, new AbortController().signal);
  const connection = await connect();
  const executor = channelExecutor(createChannels(connection, connect), () => undefined);
  const nothing = { stdout: () => undefined, stderr: () => undefined };
  const master = await startMaster(farm);
  const figure = await compared(
    41,
    async () => (await executor.start('true', nothing)).ended,
    () => master.run('true'),
  );
  await master.stop();
  connection.end(new OpsError('CANCELLED', 'measured'));
  return ratioFigure('pooled exec of `true`, against OpenSSH ControlMaster `ssh host true`', 0.35, figure);
}
