import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/core/capture.ts';
import type { Ask, ExecReply, Reply } from '../../../src/core/command.ts';
import type { Asking } from '../../../src/core/probe.ts';
import type { Order } from '../../../src/core/action.ts';
import { verbs, type ManagerPlace, type Untold, type Verb } from '../../../src/core/service-manager.ts';
import { systemd } from '../../../src/services/systemd.ts';
import { systemdTell } from '../../../src/services/systemd-tell.ts';
import { managerConformance } from '../../support/manager-conformance.ts';

const timed = { at: 0, ms: 0 };
const printed = (stdout: string, exitCode = 0, stderr = ''): ExecReply => ({
  exitCode,
  signal: null,
  stdout: capture(stdout),
  stderr: capture(stderr),
  ...timed,
});

// In the shape that systemd documents; the text of a node without systemd is recorded.
const units: Record<string, string> = {
  llama: 'LoadState=loaded\nActiveState=active\nSubState=running\nMainPID=42\nActiveEnterTimestampMonotonic=1000000',
  ollama: 'LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nResult=exit-code\nMainPID=0\nNRestarts=603',
  whisper: 'LoadState=loaded\nActiveState=inactive\nSubState=dead\nResult=success\nMainPID=0',
  comfyui: 'LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=start-limit-hit\nMainPID=0',
};
const missing = 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nMainPID=0';
const noSystemd =
  "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n";

function answer(ask: Ask, isThere: boolean): Reply {
  if (ask.kind === 'read') {
    return { ok: true, bytes: new TextEncoder().encode('100.00 1.00\n'), offset: 0, size: 0, ...timed };
  }
  if (ask.kind !== 'exec') throw new Error(`systemd is not asked by ${ask.kind}`);
  if (ask.words.includes('journalctl')) return printed('2026-11-21T09:00:01+0000 gpu-1 llama[42]: ready\n');
  if (!isThere) return printed('', 1, noSystemd);
  const wanted = ask.words.slice(ask.words.lastIndexOf('--') + 1);
  return printed(wanted.map((unit) => `${units[unit] ?? missing}\n`).join('\n'));
}

async function look<T>(asking: Asking<T>): Promise<T> {
  let turn = asking.next();
  let isThere = true;
  while (turn.done !== true) {
    // `become` stands here for another node: one without systemd.
    isThere = turn.value.every(({ become }) => become === undefined);
    turn = asking.next(turn.value.map(({ ask }) => answer(ask, isThere)));
  }
  return turn.value;
}

managerConformance({
  manager: systemd,
  place: () => ({}),
  noPlace: () => ({ become: 'sudo' }),
  look,
  units: { running: 'llama', crashing: 'ollama', stopped: 'whisper', failed: 'comfyui' },
});

/** What is made of the answer of journalctl. */
const logs = (reply: ExecReply) => {
  const asking = systemd.logs({}, 'llama', 8);
  asking.next();
  const turn = asking.next([reply]);
  return turn.done === true ? turn.value : [];
};

describe('the journal', () => {
  test('that is longer than asked for keeps its end, from a whole line on', () => {
    const cut = { head: 'first li', tail: 'ne\nlast\n', totalBytes: 100, omittedBytes: 84 };
    expect(logs({ ...printed(''), stdout: cut })).toEqual([{ source: 'journal', text: 'last\n', skippedBytes: 95 }]);
  });

  test('that has nothing of a unit is empty, and one that may not be read is not', () => {
    expect(logs(printed('-- No entries --\n'))).toEqual([{ source: 'journal', text: '', skippedBytes: 0 }]);
    const hint = 'Hint: You are currently not seeing messages from other users and the system.\n';
    expect(logs(printed('-- No entries --\n', 0, hint))).toMatchObject([{ text: '', trouble: hint.trim() }]);
    expect(logs(printed('', 127))).toMatchObject([{ trouble: 'journalctl is not on this node' }]);
    expect(logs(printed('', 1))).toMatchObject([{ trouble: 'journalctl ended with 1' }]);
  });

  test('says where it ends, and is read on from there', () => {
    const cursor = 's=ab;i=2;b=f;m=1;t=2;x=3';
    const shown = printed(`2026-11-21T09:00:01+0000 gpu-1 llama[42]: ready\n-- cursor: ${cursor}\n`);
    expect(logs(shown)).toEqual([
      { source: 'journal', text: '2026-11-21T09:00:01+0000 gpu-1 llama[42]: ready\n', skippedBytes: 0, cursor },
    ]);
    const turn = systemd.logs({}, 'llama', 8, { after: cursor, sinceMs: 1_795_252_800_500 }).next();
    expect(turn.value[0]).toMatchObject({
      ask: { words: expect.arrayContaining(['--since=@1795252800', `--after-cursor=${cursor}`]) },
    });
  });
});

const tell = (unit: string, verb: Verb = 'restart', place: ManagerPlace = {}): Order | Untold => {
  const turn = systemdTell(place, unit, verb).next();
  if (turn.done !== true) throw new Error('it asks something first');
  return turn.value;
};
const orderOf = (unit: string, verb?: Verb, place?: ManagerPlace): Order => {
  const found = tell(unit, verb, place);
  if ('untold' in found) throw new Error(found.untold);
  return found;
};

describe('systemd as it is told', () => {
  test.each(verbs)('is told to %s by words, and the unit is one of them', (verb) => {
    const { ask, effect } = orderOf('llama@0.service', verb).command;
    expect(effect).toBe('change');
    expect(ask).toMatchObject({
      words: ['sh', '-s', '--', 'systemctl', '--no-ask-password', verb, '--', 'llama@0.service'],
    });
    expect(orderOf('llama', verb, { become: 'sudo' }).command.become).toBe('sudo');
  });

  test.each(['*', 'llama*', 'll[a]ma', 'll?ma', '--all', '/mnt', 'a b', "'; id; '", '$(id)', '名前', ''])(
    'is not told of %j, which is no name',
    (unit) => expect(tell(unit)).toMatchObject({ untold: expect.stringContaining('is the name of no unit') }),
  );

  test.each(['multi-user.target', 'system.slice', 'gpu.mount', 'llama.socket', 'backup.timer'])(
    'is not told of %s, which is more than a service',
    (unit) => expect(tell(unit, 'stop')).toMatchObject({ untold: expect.stringContaining('no service') }),
  );

  // In the words that systemctl documents.
  test.each([
    [printed(''), { how: 'done', said: 'systemctl restart ended with 0' }],
    [
      printed('', 5, 'Failed to restart nope.service: Unit nope.service not found.\n'),
      { how: 'failed', said: 'Failed to restart nope.service: Unit nope.service not found.' },
    ],
    [
      printed('', 4, 'Failed to restart llama.service: Interactive authentication required.\n\u001b[31mSee logs'),
      { how: 'failed', said: 'Failed to restart llama.service: Interactive authentication required. See logs' },
    ],
    [printed('', 1), { how: 'failed', said: 'systemctl restart ended with 1' }],
    [printed('', 1, 'x'.repeat(4_000)), { how: 'failed', said: `${'x'.repeat(299)}…` }],
  ])('reads what systemctl says', (reply, outcome) => expect(orderOf('llama').read(reply)).toEqual(outcome));

  test('does not call a systemctl that was killed the end of it', () =>
    expect(() => orderOf('llama').read({ ...printed(''), exitCode: null, signal: 'KILL' })).toThrow(
      /^Whether systemd carried out the restart is not known: systemctl was ended by KILL\.$/,
    ));
});
