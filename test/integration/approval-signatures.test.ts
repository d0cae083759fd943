import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { approvalDesk, type Yes } from '../../src/approval-desk.ts';
import type { Approval } from '../../src/core/change-set.ts';
import { policySchema } from '../../src/core/policy.ts';
import { localNode } from '../../src/config/local-node.ts';
import { createApprovals } from '../../src/engine/approvals.ts';
import { policyRevision } from '../../src/engine/policy-revision.ts';
import { approval, changeSet, digestOf } from '../support/change-set.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';
import { signedBy, signerLine } from '../support/signers.ts';
import { makeKey } from '../support/sshd.ts';

const signing = (file: string) => async (text: string) => signedBy(file, approval(), { text }).signature ?? '';

describe.skipIf(!has('ssh-keygen'))('a policy with signers (needs ssh-keygen)', () => {
  let folder: ReturnType<typeof scratchFolder>;
  let key: string;
  let stranger: string;
  let signers: string;
  beforeEach(() => {
    folder = scratchFolder();
    key = join(folder.path, 'key');
    stranger = join(folder.path, 'stranger');
    for (const file of [key, stranger]) makeKey(file);
    signers = folder.write('signers', signerLine('ana', key));
  });

  const store = () =>
    createApprovals(
      join(folder.path, 'state'),
      () => [],
      () => 1_060_000,
    );
  const occasion = () => ({ digest: digestOf('a'), node: 'gpu-1', policy: digestOf('1'), at: 1_060_000, signers });
  const take = (run = 'r1') => store().take({ ...occasion(), run });

  test('counts a good signature once', async () => {
    const signed = signedBy(key, approval());
    await store().give(signed);
    expect(await store().standing(occasion())).toEqual({ counts: true, approval: signed });
    expect(await take()).toEqual({ counts: true, approval: signed });
    expect(await take('r2')).toMatchObject({ counts: false, because: 'ana approved it, but that was used by run r1.' });
    expect(await take()).toMatchObject({ counts: true });
  });

  test('counts a copy of what is used no more, though its signature is good', async () => {
    const signed = signedBy(key, approval());
    await store().give(signed);
    await take();
    await store().give(signed);
    await store().give({ ...signed, how: 'terminal' });
    await store().give(signedBy(key, approval()));
    expect(await take('r2')).toMatchObject({ counts: false, because: expect.stringContaining('used by run r1') });
  });

  test.each<[string, () => Approval, string]>([
    ['no signature', () => approval(), 'ana approved it, but it is not signed, and only a signature'],
    ['a yes in a dialog', () => approval({ how: 'elicitation' }), 'it is not signed'],
    ['a word that calls itself a signature', () => approval({ how: 'signature' }), 'it is not signed'],
    ['something that is no signature', () => approval({ signature: 'yes' }), 'its signature does not count ('],
    ['an empty one', () => approval({ signature: '' }), 'its signature does not count ('],
    ['that of a key that is not in the file', () => signedBy(stranger, approval()), 'its signature does not count ('],
    ['that of another name', () => signedBy(key, approval({ by: 'ben' })), 'ben approved it, but its signature'],
    ['that of no name at all', () => signedBy(key, approval({ by: '' })), 'its signature does not count ('],
    ['that of every name', () => signedBy(key, approval({ by: '*' })), 'its signature does not count ('],
    [
      'one for another purpose',
      () => signedBy(key, approval(), { namespace: 'git' }),
      'its signature does not count (',
    ],
    ...(['digest', 'node', 'policy', 'by', 'at', 'until'] as const).map((part): [string, () => Approval, string] => [
      `one over another ${part}`,
      () => ({
        ...approval(),
        signature:
          signedBy(key, approval({ [part]: typeof approval()[part] === 'number' ? 7 : digestOf('9') })).signature ?? '',
      }),
      'its signature does not count (',
    ]),
  ])('does not count %s', async (_, given, because) => {
    await store().give(given());
    expect(await take()).toEqual({ counts: false, because: expect.stringContaining(because) });
    expect(await take()).toMatchObject({ counts: false });
  });

  test('does not count what it can not verify: a file that is gone, a program that is not there', async () => {
    await store().give(signedBy(key, approval()));
    const gone = await store().take({ ...occasion(), run: 'r1', signers: join(folder.path, 'gone') });
    expect(gone).toMatchObject({ counts: false, because: expect.stringContaining('its signature does not count (') });
    vi.stubEnv('PATH', folder.path);
    expect(await take()).toMatchObject({
      counts: false,
      because: expect.stringMatching(/its signature can not be verified \(.*ENOENT/),
    });
    vi.unstubAllEnvs();
    expect(await take()).toMatchObject({ counts: true });
  });

  test('heeds what the file says of a key: revoked by its removal, past its time, for git only', async () => {
    await store().give(signedBy(key, approval()));
    for (const options of ['valid-before="20200101" ', 'namespaces="git" ']) {
      folder.write('signers', signerLine('ana', key, options));
      expect(await take()).toMatchObject({ counts: false });
    }
    folder.write('signers', signerLine('ana', stranger));
    expect(await take()).toMatchObject({ counts: false });
    folder.write('signers', signerLine('ana', key, 'namespaces="rackhand-*" '));
    expect(await take()).toMatchObject({ counts: true });
  });

  test('is not fooled by an unsigned file in the place of a signed one', async () => {
    await store().give(approval());
    expect(await take()).toMatchObject({ counts: false });
    await store().give(signedBy(key, approval()));
    expect(await take()).toMatchObject({ counts: true });
  });

  const desk = async () => {
    const policy = policySchema.parse({ approval: { signers, minutes: 5 } });
    const set = changeSet({ policy: policyRevision(policy) });
    const { give } = approvalDesk({
      store: store(),
      policyOf: async () => ({ node: localNode(), policy, rulePlaces: [] }),
      secrets: () => [],
      now: () => 1_060_000,
    });
    const counted = () => store().standing({ ...occasion(), policy: set.policy });
    return { set, counted, give: (yes: Partial<Yes>) => give(set, { by: 'ana', how: 'elicitation', ...yes }) };
  };
  test('refuses at the desk a yes that is not signed, and stores nothing', async () => {
    const { give, counted } = await desk();
    expect(await rejection(give({}))).toMatchObject({
      code: 'NOT_APPROVED',
      message: `Nothing was approved: only a signature by a key of ${signers} counts.`,
      hint: expect.stringContaining('rackhand approve aaaaaaaa --key PATH'),
    });
    expect(await counted()).toEqual({ counts: false, because: 'Nobody has approved it yet.' });
  });

  test('verifies a signature at the desk before it is stored', async () => {
    const { give, counted, set } = await desk();
    expect(await rejection(give({ sign: signing(stranger) }))).toMatchObject({ code: 'NOT_APPROVED' });
    expect(await counted()).toEqual({ counts: false, because: 'Nobody has approved it yet.' });
    const given = await give({ sign: signing(key) });
    expect(given).toMatchObject({ by: 'ana', how: 'signature', policy: set.policy, until: 1_360_000 });
    expect(await counted()).toEqual({ counts: true, approval: given });
  });
});
