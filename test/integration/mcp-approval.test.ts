import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { canMakeRooms, lockRoom, type LockRoom } from '../support/lock-room.ts';
import { mcpClients, type McpSession, type Person } from '../support/mcp-clients.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-mcp-approval-'));
let room: LockRoom;
let sshd: Sshd;
let manager: Supervisord;
let program: BuiltProgram;

const isAble = has('sshd') && has('supervisord') && canMakeRooms;

/** A fleet of its own for each, in which no brake of one restart holds another back. */
async function opened(connect: (typeof mcpClients)['a client of 2026-07-28'], person?: Person): Promise<McpSession> {
  const own = mkdtempSync(join(folder, 'client-'));
  const { ssh } = sshNode(sshd);
  const steady = { manager: 'supervisor', config: manager.config, quietSeconds: 1 };
  const limits = { cooldownSeconds: 0, restartsPer30Min: 1_000 };
  const fleet = join(own, 'fleet.yaml');
  writeFileSync(fleet, stringify({ policy: { limits }, nodes: { 'gpu-1': { ssh, services: { steady } } } }));
  const env = { ...program.env, RACKHAND_FLEET: fleet, RACKHAND_STATE: join(own, 'state') };
  return await connect({ path: program.path, env }, ['mcp'], person);
}

describe.skipIf(!isAble)('a restart asked for over MCP (needs sshd, supervisord, root and unshare)', () => {
  beforeAll(async () => {
    room = await lockRoom();
    [sshd, manager, program] = await Promise.all([
      startSshd({ room }),
      startSupervisord('[program:steady]\ncommand=/bin/sleep 1000\n'),
      builtProgram('src/rackhand.ts'),
    ]);
  });
  afterAll(async () => {
    program.remove();
    await manager.end();
    await sshd.stop();
    await room.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(Object.entries(mcpClients))('by %s', (name, connect) => {
    const shown: string[] = [];
    let answered: ReturnType<Person> = { action: 'cancel' };
    let attended: McpSession;
    let alone: McpSession;
    beforeAll(async () => {
      alone = await opened(connect);
      attended = await opened(connect, (message) => {
        shown.push(message);
        return answered;
      });
    });
    afterAll(async () => void (await Promise.all([attended.close(), alone.close()])));

    const restart = async (session: McpSession) =>
      await session.call('service_restart', { node: 'gpu-1', service: 'steady', why: name });

    test('is shown to the person there, and done when they say yes', async () => {
      answered = { action: 'accept', content: { approve: true } };
      const answer = await restart(attended);
      expect(shown).toEqual([expect.stringMatching(/Restart steady \(supervisor steady\)[^]*Approve this\?$/)]);
      expect(answer.structuredContent).toMatchObject({ status: 'ok', data: { state: 'verified' } });
    });

    test.each<[string, ReturnType<Person>]>([
      ['decline', { action: 'decline' }],
      ['cancel', { action: 'cancel' }],
      ['send the form without a yes', { action: 'accept', content: { approve: false } }],
    ])('is not done when they %s', async (_what, said) => {
      const before = shown.length;
      answered = said;
      const answer = await restart(attended);
      expect(shown).toHaveLength(before + 1);
      expect(answer.isError).toBe(true);
      expect(answer.content[0]?.text).toContain('NOT_APPROVED: The person who was asked did not approve it');
    });

    test('waits for an approval at once where nobody can be asked', async () => {
      const answer = await restart(alone);
      expect(answer.structuredContent).toMatchObject({ data: { state: 'awaiting_approval' } });
      expect(answer.content[0]?.text).toMatch(/rackhand approve [0-9a-f]{12}/);
    });
  });
});
