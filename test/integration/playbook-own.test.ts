import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { has } from '../support/requires.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let program: BuiltProgram;
let lane: Lane;

const allow = 'policy: { rules: [{ decide: allow, when: { action: command.run } }] }\n';

/** Publishes a release where one is missing: by the command of this site that makes the version which is asked for. */
const publish = `name: publish
title: Publish a release
summary: Publishes a release where there is none.
inputs:
  version: The version that is to be there
symptoms: [{ check: node.files }]
diagnose: [{ asks: 'Is the release there?', checks: [node.files] }]
remedies:
  - name: publish
    when: [{ check: node.files, of: node }]
    because: '{finding}; version {version} puts it there.'
    keep: [node.files]
    do: [{ action: command.run, args: { name: 'publish-{version}' } }]
`;

/** A fleet with the one node, a playbook beside it, and rackhand as it is typed there. */
function site(policy: string) {
  const folder = scratchFolder();
  const release = join(folder.path, 'release');
  const script = folder.write('publish.sh', '#!/bin/sh\necho "$1" >"$2"\n', 0o755);
  const { port, keyFile, knownHostsFile } = lane.sshd;
  const ssh = `host: 127.0.0.1, port: ${port}, user: root, identity: ${keyFile}, agent: false, knownHosts: ${knownHostsFile}, config: /dev/null`;
  const command = (words: string) => `{ words: [${words}], files: [${release}] }`;
  const fleet = folder.write(
    'fleet.yaml',
    `${policy}nodes:
  gpu-1:
    ssh: { ${ssh} }
    files: [${release}]
    commands: { publish-7: ${command(`${script}, '7', ${release}`)}, publish-8: ${command('/bin/false')} }
`,
  );
  folder.write('playbooks/publish.yaml', publish);
  const env = { RACKHAND_FLEET: fleet, RACKHAND_STATE: join(folder.path, 'state') };
  const rackhand = async (...words: string[]) => {
    const { code, stdout, stderr } = await runProgram(program, [...words, '--json'], env);
    return { code, stderr, report: JSON.parse(stdout) as Record<string, unknown> };
  };
  return { release, rackhand };
}

describe.skipIf(!has('sshd') || !canMakeRooms)(
  'a playbook of the fleet on a node (needs sshd, root and unshare)',
  () => {
    beforeAll(async () => {
      [program, lane] = await Promise.all([builtProgram('src/rackhand.ts'), startLane()]);
    });
    afterAll(async () => {
      program.remove();
      await lane.close();
    });

    test('is planned, waits for an approval, and does nothing meanwhile', async () => {
      const { release, rackhand } = site('');
      const planned = await rackhand('playbook', 'plan', 'publish', 'gpu-1', '--with', 'version=7');
      expect(planned.report).toMatchObject({
        data: { playbook: 'publish', nodes: [{ node: 'gpu-1', state: 'planned', remedy: 'publish' }] },
      });
      expect(JSON.stringify(planned.report)).toContain('; version 7 puts it there.');
      const run = await rackhand('publish', 'gpu-1', '--version', '7', '--yes');
      expect(run).toMatchObject({ code: 75, report: { data: { nodes: [{ state: 'awaiting_approval' }] } } });
      expect(existsSync(release)).toBe(false);
    });

    test('as a command of its own runs what this site declares, proves it, and then finds nothing to do', async () => {
      const { release, rackhand } = site(allow);
      const run = await rackhand('publish', 'gpu-1', '--version', '7', '--yes');
      expect(run).toMatchObject({
        code: 0,
        report: { status: 'ok', data: { nodes: [{ state: 'verified', remedy: 'publish' }] } },
      });
      expect(readFileSync(release, 'utf8')).toBe('7\n');
      const again = await rackhand('publish', 'gpu-1', '--version', '7', '--yes');
      expect(again).toMatchObject({ code: 0, report: { data: { nodes: [{ state: 'well', runs: [] }] } } });
    });

    test('by playbook_run ends as not proven where the command fails, and wants what it takes', async () => {
      const { release, rackhand } = site(allow);
      const run = await rackhand('playbook', 'run', 'publish', 'gpu-1', '--with', 'version=8', '--yes');
      expect(run).toMatchObject({ code: 2, report: { data: { nodes: [{ state: 'not_verified' }] } } });
      expect(existsSync(release)).toBe(false);
      expect(await rackhand('publish', 'gpu-1', '--yes')).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('publish needs VERSION'),
      });
    });
  },
);
