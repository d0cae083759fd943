import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startDockerd } from '../support/dockerd.ts';
import { startSshd } from '../support/sshd.ts';
import { compared, ratioFigure, type Figure } from './measure.ts';
import { runProgram } from './openssh.ts';
import { looker } from './seven-facts.ts';

const names = Array.from({ length: 12 }, (_, index) => `part-${index + 1}`);
const judged = ['manager.reach', 'docker.engine', 'service.running', 'service.container'];
const steady = ['sh', '-c', 'trap exit TERM; while :; do sleep 1; done'];
/** A container counts as proven up after this. */
const youngSeconds = 1;

/** A compose project of twelve containers, all of them listed, inspected and judged, against one that is only listed. */
export async function stack(): Promise<Figure> {
  const [engine, sshd] = await Promise.all([startDockerd(), startSshd()]);
  const control = join(sshd.folder, 'control');
  const ssh = ['-F', sshd.sshConfig, '-S', control];
  try {
    for (const service of names)
      await engine.run({ name: `lab-${service}-1`, cmd: steady, compose: { project: 'lab', service } });
    const node = {
      ssh: {
        host: '127.0.0.1',
        port: sshd.port,
        user: 'root',
        identity: sshd.keyFile,
        knownHosts: sshd.knownHostsFile,
        agent: false,
      },
      gpus: 0,
      thresholds: { youngSeconds },
      services: Object.fromEntries(
        names.map((name) => [name, { manager: 'compose', project: 'lab', server: engine.server }]),
      ),
    };
    const fleet = join(sshd.folder, 'fleet.json');
    // JSON is YAML.
    writeFileSync(fleet, JSON.stringify({ nodes: { n1: node } }));
    await runProgram('ssh', [...ssh, '-M', '-o', 'ControlPersist=yes', '-f', '-N', 'sandbox']);
    await pause((youngSeconds + 1) * 1_000);
    const checks = await looker(fleet, judged);
    const found = await compared(
      21,
      () => checks.look([]),
      () => runProgram('ssh', [...ssh, 'sandbox', `docker -H ${engine.server} ps`]),
    );
    await checks.close();
    return ratioFigure(
      'stack checks of a warm node with 12 containers, against one ControlMaster `ssh host docker ps`',
      1.5,
      found,
    );
  } finally {
    await runProgram('ssh', [...ssh, '-O', 'exit', 'sandbox']).catch(() => undefined);
    await Promise.all([engine.end(), sshd.stop()]);
  }
}
