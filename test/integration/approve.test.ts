import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atTerminal, type Typing } from '../support/at-terminal.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { changeSet, digestOf } from '../support/change-set.ts';
import { asked, code, planned } from '../support/planned.ts';
import { has } from '../support/requires.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

const refused = 'error: Not approved, and nothing was stored.';

describe.skipIf(!has('script'))('rackhand approve at a terminal (needs script)', () => {
  test('shows the plan, and stores a yes that counts once', async () => {
    const { typing, take } = await planned(program);
    const { output, code: exit } = await typing('approve aaaaaaaa', asked(`${code.toUpperCase()} \r`));
    expect(exit).toBe(0);
    const shown = stripVTControlCharacters(output).replaceAll('\r', '');
    for (const line of [
      'Plan for gpu-1 (10.0.0.13, rack=b2): 1 change',
      'Restart llama under supervisor.',
      '  does       service.restart { "service": "llama" } on service:llama',
      '  risk       a person has to approve it',
      '  notices    The 3 requests that llama is answering are cut off.',
      '  proof      llama runs under a new pid for 15 s.',
      '  undo       Nothing takes it back.',
      '  wanted by  agent, by service_restart, planned 4 min',
      '    | llama has not answered since 02:41',
      `  digest     ${digestOf('a')}`,
      `type ${code}.`,
      'Approved. Have it done within 1',
    ])
      expect(shown).toContain(`\n${line}`.replace(/^\n(?=type)/, ''));
    expect(output).toContain('\u001b[33ma person has to approve it');
    expect(await take()).toMatchObject({ counts: true, approval: { how: 'terminal', node: 'gpu-1' } });
    expect(await take()).toMatchObject({ counts: true });
  });

  test.each<[string, readonly Typing[], number, string]>([
    ['Enter alone', asked('\r'), 77, refused],
    ['Ctrl-D', asked('\u0004'), 77, refused],
    ['Ctrl-C', asked('\u0003'), 130, refused],
    ['the digest instead of the code', [...asked('aaaaaa\r'), ...asked('\r')], 77, '2 tries left.'],
    ['three wrong codes', [...asked('x\r'), ...asked('yes\r'), ...asked('y\r')], 77, refused],
  ])('stores nothing after %s', async (_, typed, exit, says) => {
    const { typing, given } = await planned(program);
    const ended = await typing('approve aaaaaaaa', typed);
    expect(ended.output).toContain(says);
    expect(ended.output).toContain(refused);
    expect(ended.code).toBe(exit);
    expect(given()).toBe(false);
  });

  test('takes the code at the third try', async () => {
    const { typing, take } = await planned(program);
    const typed = [...asked('x\r'), ...asked('y\r'), ...asked(`${code}\r`)];
    expect(await typing('approve aaaaaaaa', typed)).toMatchObject({ code: 0 });
    expect(await take()).toMatchObject({ counts: true });
  });

  test.each(["':'", "''"])(
    'ends and stores nothing when the terminal goes away from a shell that traps %s',
    async (trap) => {
      const { env, given, folder } = await planned(program);
      const status = join(folder.path, 'status');
      const command = `${process.execPath} ${program.path} approve aaaaaaaa`;
      await atTerminal(`trap ${trap} HUP; ${command}; echo $? > ${status}`, env, asked('hang up'));
      await until(() => existsSync(status) && readFileSync(status, 'utf8') !== '');
      expect(readFileSync(status, 'utf8')).toBe('129\n');
      expect(given()).toBe(false);
    },
  );

  test('says who has approved it already, and stores no second yes', async () => {
    const { typing, take } = await planned(program);
    await typing('approve aaaaaaaa', asked(`${code}\r`));
    const again = await typing('approve aaaaaaaa');
    expect(again).toMatchObject({
      code: 0,
      output: expect.stringContaining(' has approved this already. Have it done '),
    });
    expect(await take()).toMatchObject({ counts: true });
    expect(await typing('approve aaaaaaaa')).toMatchObject({
      code: 64,
      output: expect.stringContaining('No plan that can be approved begins with aaaaaaaa.'),
    });
  });

  test('lets no text of a plan steer the terminal or pass for a line of ours', async () => {
    const [change] = changeSet().changes;
    if (change === undefined) throw new Error('no change');
    const spoof = `${' '.repeat(74)}  risk       safe`;
    const { typing } = await planned(program, {
      why: 'it hangs\u001b[2J\r\n  risk       safe\npassword=hunter22',
      principal: 'agent\n  undo       all of it',
      changes: [
        {
          ...change,
          what: 'Restart it.\u001b]0;x\u0007\n  risk       safe',
          diff: [`+${spoof}`, '+\u001b[1A\u202eevil'],
        },
      ],
    });
    const { output } = await typing('approve aaaaaaaa', asked('\r'));
    const lines = stripVTControlCharacters(output).split(/\r*\n/);
    expect(lines.filter((line) => line.startsWith('  risk '))).toEqual(['  risk       a person has to approve it']);
    expect(lines.filter((line) => line.startsWith('  undo '))).toEqual(['  undo       Nothing takes it back.']);
    expect(lines).toContain('    |   risk       safe');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const text of ['\u001b[2J', '\u001b]', '\u001b[1A', '\u202e', 'hunter22']) expect(output).not.toContain(text);
  });

  test('refuses a plan of another policy, of a node that is gone, or of nobody', async () => {
    const other = await planned(program, { policy: digestOf('2') });
    expect(await other.typing('approve aaaaaaaa')).toMatchObject({
      code: 77,
      output: expect.stringMatching(/The policy has changed since this was planned.*\s+hint: Have it planned again/),
    });
    const gone = await planned(program, { node: 'gpu-9' });
    expect(await gone.typing('approve aaaaaaaa')).toMatchObject({ code: 64, output: expect.stringContaining('gpu-9') });
    expect(await gone.typing('approve aaaaaaa')).toMatchObject({
      code: 64,
      output: expect.stringContaining('no digest'),
    });
    expect([other.given(), gone.given()]).toEqual([false, false]);
  });

  test.each(['< /dev/null', '| cat', '> FOLDER/out'])('refuses with %s', async (redirected) => {
    const { typing, given, folder } = await planned(program);
    const { output } = await typing(`approve aaaaaaaa ${redirected.replace('FOLDER', folder.path)}`);
    expect(output).toContain('stdin or stdout is none');
    expect(given()).toBe(false);
  });
});

describe('rackhand approve without a terminal', () => {
  test('lists what waits, as a table and as JSON', async () => {
    const { env } = await planned(program);
    const table = await runProgram(program, ['approve'], env);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(
      /^Plan {6}Node {3}What +Wanted by {2}Age\naaaaaaaa {2}gpu-1 {2}Restart llama under supervisor\. +agent +4 min.*\n\nTo see one/,
    );
    expect(JSON.parse((await runProgram(program, ['approve', '--json'], env)).stdout)).toMatchObject([
      { node: 'gpu-1' },
    ]);
  });

  test('says that nothing waits', async () => {
    const env = { RACKHAND_STATE: join(scratchFolder().path, 'none') };
    expect(await runProgram(program, ['approve'], env)).toMatchObject({
      code: 0,
      stdout: 'No plan waits for an approval.\n',
    });
  });

  test('approves nothing', async () => {
    const { env, given } = await planned(program);
    const ran = await runProgram(program, ['approve', 'aaaaaaaa'], env);
    expect(ran).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('is given at a terminal') });
    expect(given()).toBe(false);
  });

  test.skipIf(!has('setsid') || !has('script'))(
    'approves nothing at a terminal that is not its own (needs setsid, script)',
    async () => {
      const { env, given } = await planned(program);
      const line = `setsid -w ${process.execPath} ${program.path} approve aaaaaaaa`;
      const ended = await atTerminal(line, env, asked(`${code}\r`));
      expect(ended).toMatchObject({ code: 64, output: expect.stringContaining('this process has none') });
      expect(given()).toBe(false);
    },
  );
});
