import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { myAccount } from '../../src/transport/my-account.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { asked, code, planned } from '../support/planned.ts';
import { has } from '../support/requires.ts';
import { signerLine } from '../support/signers.ts';
import { startSshAgent } from '../support/ssh-agent.ts';
import { makeKey } from '../support/sshd.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

/** A plan whose approval must be signed by the key that is there. */
async function forSigners({ passphrase = '', names = 'ana' } = {}) {
  const plan = await planned(program, {}, 'policy: { approval: { signers: keys/signers } }\n');
  plan.folder.write('keys/README', '');
  const key = join(plan.folder.path, 'keys', 'key');
  makeKey(key, passphrase);
  plan.folder.write('keys/signers', `# those who may\n${signerLine(names, key)}`);
  return { ...plan, key };
}

describe.skipIf(!has('script') || !has('ssh-keygen'))(
  'rackhand approve with signers (needs script, ssh-keygen)',
  () => {
    const signed = 'and signed as ana, and the signature is good. Have it done within 1';

    test.each(['key', 'key.pub'])('signs by a key file, named as %s', async (name) => {
      const { typing, take, folder } = await forSigners();
      const words = `approve aaaaaaaa --key ${join(folder.path, 'keys', name)}`;
      const { output, code: exit } = await typing(words, asked(`${code}\r`));
      expect(output).toContain('Signing as ana. If your security key blinks, touch it.');
      expect(output).toContain(signed);
      expect(exit).toBe(0);
      expect(await take()).toMatchObject({ counts: true, approval: { by: 'ana', how: 'signature' } });
    });

    test.skipIf(!has('ssh-agent'))(
      'signs by the agent, which alone has the private half (needs ssh-agent)',
      async () => {
        const { typing, take, key } = await forSigners({ passphrase: 'sesame' });
        const socket = await startSshAgent([key], 'sesame');
        rmSync(key);
        const words = `approve aaaaaaaa --key ${key}.pub`;
        expect(await typing(words, asked(`${code}\r`))).toMatchObject({ code: 77 });
        expect(await take()).toMatchObject({ counts: false });
        const { output } = await typing(words, asked(`${code}\r`), { SSH_AUTH_SOCK: socket });
        expect(output).toContain(signed);
        expect(await take()).toMatchObject({ counts: true, approval: { by: 'ana' } });
      },
    );

    test('lets ssh-keygen ask at the terminal for a passphrase, and stores nothing where that is wrong', async () => {
      const { typing, take, given, key } = await forSigners({ passphrase: 'sesame' });
      const answering = (passphrase: string) =>
        typing(`approve aaaaaaaa --key ${key}`, [...asked(`${code}\r`), { after: 'assphrase', type: passphrase }]);
      expect(await answering('open\r')).toMatchObject({
        code: 77,
        output: expect.stringContaining(`ssh-keygen did not sign with ${key}; nothing was stored.`),
      });
      expect(await answering('\u0003')).toMatchObject({ code: 130 });
      expect(given()).toBe(false);
      expect(await answering('sesame\r')).toMatchObject({ code: 0, output: expect.stringContaining(signed) });
      expect(await take()).toMatchObject({ counts: true });
    });

    test('signs under the name of the terminal where the file has a pattern, and verifies that', async () => {
      const user = await forSigners({ names: '*@example.com,!nobody,*' });
      const { output } = await user.typing(`approve aaaaaaaa --key ${user.key}`, asked(`${code}\r`));
      expect(output).toContain(`and signed as ${myAccount().user}, and the signature is good`);
      const nobody = await forSigners({ names: '*@example.com' });
      expect(await nobody.typing(`approve aaaaaaaa --key ${nobody.key}`, asked(`${code}\r`))).toMatchObject({
        code: 77,
        output: expect.stringContaining('Nothing was approved: its signature does not count ('),
      });
      expect([user.given(), nobody.given()]).toEqual([true, false]);
    });

    test('asks nobody for a code whose signature could not count', async () => {
      const { typing, given, folder } = await forSigners();
      const stranger = join(folder.path, 'keys', 'stranger');
      makeKey(stranger);
      const outcome = async (words: string) => {
        const { output, code: exit } = await typing(`approve aaaaaaaa ${words}`);
        expect(output).not.toContain('code: ');
        return `${exit} ${output}`;
      };
      expect(await outcome('')).toMatch(/^64 .*Only an approval signed by a key of \S+\/keys\/signers counts/);
      expect(await outcome(`--key ${stranger}`)).toMatch(/^77 .*is none of the keys of/);
      expect(await outcome(`--key ${folder.path}/none`)).toMatch(/^78 .*is a public key of ssh/);
      rmSync(join(folder.path, 'keys', 'signers'));
      expect(await outcome(`--key ${stranger}`)).toMatch(/^78 .*policy\.approval\.signers: .* can not be read/);
      expect(given()).toBe(false);
      const open = await planned(program);
      expect(await open.typing('approve aaaaaaaa --key any')).toMatchObject({
        code: 64,
        output: expect.stringContaining('The policy names no signers'),
      });
    });
  },
);
