import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { alterByRun } from '../../../src/core/alter.ts';
import { http, read, run } from '../../../src/core/command.ts';
import { OpsError } from '../../../src/core/errors.ts';
import type { Session } from '../../../src/core/session.ts';
import { createAudit } from '../../../src/engine/audit.ts';
import { auditEntries } from '../../../src/engine/audit-show.ts';
import { verifyAudit } from '../../../src/engine/audit-verify.ts';
import { flushes } from '../../support/flushes.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';
import { standInSession } from '../../support/stand-in-session.ts';

const caller = { tool: 'node_triage', principal: 'cli:ana' };
const approval = 'a'.repeat(64);
const all = { since: 0, node: undefined, run: undefined, changes: false };

type Options = Partial<Parameters<typeof createAudit>[0]>;

function auditIn(folder: string, options: Options = {}) {
  const warned: string[] = [];
  const audit = createAudit({ folder, secrets: () => [], warn: (message) => warned.push(message), ...options });
  return { audit, warned };
}

/** A process that looks twice, changes something if asked to, and ends as it should. */
async function lives(folder: string, { change = false, ...options }: Options & { change?: boolean } = {}) {
  const { audit } = auditIn(folder, options);
  const trail = audit.trail(caller);
  const line = trail.over('gpu-1', standInSession({ '/a': 'x' }).session, { run: 'r1', approval });
  await line.ask(read('/a'));
  await line.ask(read('/b'));
  if (change) await line.ask(alterByRun(['supervisorctl', 'restart', 'llama']));
  await trail.end();
  await audit.close();
}

const entriesOf = async (folder: string) => (await auditEntries(folder, all)).entries;
const filesOf = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
const textOf = (folder: string) =>
  filesOf(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');

describe('what a call puts to nodes', () => {
  test('is one record per node, with each question, how it ended and how long it took', async () => {
    const folder = join(scratchFolder().path, 'state', 'audit');
    const { audit } = auditIn(folder);
    const trail = audit.trail(caller);
    const lost = new OpsError('LINK_LOST', 'gone');
    const one = trail.over('gpu-1', standInSession({ '/a': 'x', df: '' }).session);
    const two = trail.over('gpu-2', standInSession({ '/a': lost }).session);
    await Promise.all([
      one.ask(read('/a')),
      one.ask(read('/none')),
      one.ask(run(['df', '-P', '/'], { become: 'sudo' })),
    ]);
    expect(await rejection(two.ask(read('/a')))).toBe(lost);
    expect(await trail.end()).toEqual([]);
    await audit.close();

    const ms = expect.any(Number);
    const by = { ...caller, type: 'look', when: ms, until: ms };
    expect(await entriesOf(folder)).toEqual([
      {
        ...by,
        node: 'gpu-1',
        asked: [
          ['read /a (65536 bytes from 0)', ms, 'ok'],
          ['read /none (65536 bytes from 0)', ms, 'ENOENT'],
          ['sudo df -P /', ms, 'exit 0'],
        ],
      },
      { ...by, node: 'gpu-2', asked: [['read /a (65536 bytes from 0)', ms, 'LINK_LOST']] },
    ]);
    const paths = [folder, ...filesOf(folder).map((name) => join(folder, name))];
    expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
    expect(await verifyAudit(folder, undefined)).toMatchObject({ files: 1, looks: 2, questions: 4, troubles: [] });
  });

  test('is there too when nobody waited for the answer, or it came after the end', async () => {
    const folder = scratchFolder().path;
    const { audit } = auditIn(folder);
    const trail = audit.trail(caller);
    const waiting: ((reply: never) => void)[] = [];
    const session: Session = { notes: () => [], ask: () => new Promise((resolve) => waiting.push(resolve)) };
    const line = trail.over('gpu-1', session);
    const asked = [line.ask(read('/a'))];
    await trail.end();
    asked.push(line.ask(read('/b')));
    const reply = { ok: false, errno: 'EIO', message: '', at: 0, ms: 0 } as never;
    for (const answer of waiting) answer(reply);
    await Promise.all(asked);
    await audit.close();
    const looks = (await entriesOf(folder)).flatMap((entry) => (entry.type === 'look' ? entry.asked : []));
    expect(looks.map(([words, , said]) => [words, said])).toEqual([
      ['read /a (65536 bytes from 0)', 'no answer'],
      ['read /b (65536 bytes from 0)', 'EIO'],
    ]);
  });

  test('is written before the call ends where it is much or goes on for long', async () => {
    const folder = scratchFolder().path;
    let now = Date.now();
    const { audit } = auditIn(folder, { now: () => now });
    const trail = audit.trail(caller);
    const line = trail.over('gpu-1', standInSession({}).session);
    for (let count = 0; count < 300; count += 1) await line.ask(read(`/${count}`));
    now += 61_000;
    await line.ask(read('/late'));
    await line.ask(read('/last'));
    await trail.end();
    await audit.close();
    const counts = (await entriesOf(folder)).map((entry) => (entry.type === 'look' ? entry.asked.length : 0));
    expect(counts).toEqual([256, 45, 1]);
  });

  test('leaves nothing where nothing was asked', async () => {
    const folder = join(scratchFolder().path, 'audit');
    const { audit } = auditIn(folder);
    await audit.trail(caller).end();
    await audit.close();
    expect(() => readdirSync(folder)).toThrow('ENOENT');
    expect(await verifyAudit(folder, undefined)).toMatchObject({ files: 0, troubles: [] });
  });
});

describe('a change', () => {
  test('is in the audit before it is sent, and its end after', async () => {
    const folder = scratchFolder().path;
    const { audit } = auditIn(folder);
    const seen: unknown[] = [];
    const { session } = standInSession({
      supervisorctl() {
        const [file = ''] = filesOf(folder);
        seen.push(JSON.parse(readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').at(-1) ?? ''));
        return '';
      },
    });
    const line = audit.trail(caller).over('gpu-1', session, { run: 'r1', approval });
    await line.ask(alterByRun(['supervisorctl', 'restart', 'llama'], { stdin: 'swordfish' }));
    const words = 'supervisorctl restart llama';
    const intent = { ...caller, node: 'gpu-1', run: 'r1', effect: 'change', words, approval };
    expect(seen).toMatchObject([{ record: { type: 'intent', ...intent } }]);
    const [entry] = await entriesOf(folder);
    expect(entry).toMatchObject({ type: 'change', ...intent, said: 'exit 0', ms: expect.any(Number) });
    expect(await auditEntries(folder, { ...all, run: 'r2' })).toMatchObject({ entries: [] });
    expect(await auditEntries(folder, { ...all, changes: true, run: 'r1', node: 'gpu-1' })).toMatchObject({
      entries: [{ words }],
    });
    await audit.close();
  });

  test('is not sent before the disk has its intent, nor when the disk refuses it; a look waits for no disk', async () => {
    const { audit } = auditIn(scratchFolder().path);
    const { session, asked } = standInSession({ '/a': 'x', pm2: '' });
    const trail = audit.trail(caller);
    const line = trail.over('gpu-1', session);
    const change = () => line.ask(alterByRun(['pm2', 'restart', 'api']));
    await change();
    const datasync = await flushes();
    await line.ask(read('/a'));
    await trail.end();
    // Those of the other file, which the new one names.
    const named = datasync.mock.calls.length;
    await line.ask(read('/a'));
    await trail.end();
    expect([named, datasync.mock.calls.length]).toEqual([1, 1]);
    let flush: (() => void) | undefined;
    datasync.mockImplementationOnce(() => new Promise<void>((resolve) => (flush = resolve)));
    const changed = change();
    await vi.waitFor(() => expect(datasync.mock.calls.length).toBe(2), 20_000);
    expect(asked).toEqual(['pm2', '/a', '/a']);
    flush?.();
    await changed;
    expect(asked).toHaveLength(4);
    datasync.mockRejectedValueOnce(new Error('EIO: i/o error, fdatasync'));
    expect(await rejection(change())).toMatchObject({ code: 'AUDIT_FAILED', message: expect.stringContaining('EIO') });
    expect(asked).toHaveLength(4);
    await audit.close();
  });

  test('that got no answer says so, and one whose end nobody wrote is told as open', async () => {
    const folder = scratchFolder().path;
    const { audit } = auditIn(folder);
    const trail = audit.trail(caller);
    const failing = trail.over('gpu-1', standInSession({ pm2: new OpsError('LINK_LOST', 'gone') }).session);
    expect(await rejection(failing.ask(alterByRun(['pm2', 'restart', 'api'])))).toMatchObject({ code: 'LINK_LOST' });
    const silent: Session = { notes: () => [], ask: () => new Promise(() => undefined) };
    void trail.over('gpu-2', silent).ask(alterByRun(['pm2', 'restart', 'api']));
    await expect
      .poll(async () => (await entriesOf(folder)).map((entry) => entry.type === 'change' && entry.said))
      .toEqual(['LINK_LOST', undefined]);
    expect(await verifyAudit(folder, undefined)).toMatchObject({ changes: 2, open: 1, troubles: [] });
    await audit.close();
  });
});

describe('where the audit can not be written', () => {
  test('looks go on, with one warning and a note, and changes are refused unsent', async () => {
    const folder = scratchFolder().write('audit', 'a file where the folder should be');
    const { audit, warned } = auditIn(folder);
    const { session, asked } = standInSession({ '/a': 'x' });
    for (let count = 0; count < 2; count += 1) {
      const trail = audit.trail(caller);
      expect(await trail.over('gpu-1', session).ask(read('/a'))).toMatchObject({ ok: true });
      expect(await trail.end()).toEqual([
        expect.stringMatching(/^What this call put to nodes is not all in the audit: /),
      ]);
    }
    expect(warned).toEqual([expect.stringContaining('the audit can not be kept')]);
    const change = audit
      .trail(caller)
      .over('gpu-1', session)
      .ask(alterByRun(['pm2', 'restart', 'api']));
    expect(await rejection(change)).toMatchObject({ code: 'AUDIT_FAILED', kind: { blame: 'operator', exitCode: 74 } });
    expect(asked).toEqual(['/a', '/a']);
    await audit.close();
  });

  test('it is written again as soon as it can be, behind a warning that was for the time between', async () => {
    const folder = scratchFolder().path;
    const { audit, warned } = auditIn(folder);
    const look = async () => {
      const trail = audit.trail(caller);
      await trail.over('gpu-1', standInSession({ '/a': 'x' }).session).ask(read('/a'));
      return await trail.end();
    };
    expect(await look()).toEqual([]);
    const [name = ''] = filesOf(folder);
    const bytes = readFileSync(join(folder, name));
    for (let round = 0; round < 2; round += 1) {
      writeFileSync(join(folder, name), Buffer.concat([bytes, Buffer.from('{"se')]));
      expect(await look()).toHaveLength(1);
      expect(await look()).toEqual([]);
      writeFileSync(join(folder, name), bytes);
      expect(await look()).toHaveLength(1);
      expect(await look()).toEqual([]);
      rmSync(join(folder, name));
      expect(await look()).toHaveLength(1);
      writeFileSync(join(folder, name), bytes);
      expect(await look()).toEqual([]);
    }
    expect(warned).toHaveLength(6);
    await audit.close();
    expect(await verifyAudit(folder, undefined)).toMatchObject({ troubles: [] });
  });
});

const secrets = () => ['open-sesame', "it's a secret"];

describe('no secret gets into it', () => {
  const shapes = {
    password: ['mysql', '--password', 'hunter2hunter2', '-e', 'x'],
    'option with =': ['serve', '--api-key=hunter2hunter2'],
    'value that has to be quoted': ['serve', '--token', "hunter2'hunter2 hunter2"],
    'environment value': ['env', 'GREETING=hunter2hunter2', 'prog'],
    'environment value that is empty of meaning': ['env', 'X1=hunter2hunter2', 'prog'],
    'fleet secret': ['prog', 'open-sesame'],
    'fleet secret within a word': ['prog', '--x=open-sesame-9'],
    'fleet secret that has to be quoted': ['prog', "it's a secret"],
    'URL with a password': ['curl', 'https://me:hunter2hunter2@host/x'],
    'URL with a token for a user': ['git', 'fetch', 'https://hunter2hunter2@host/x'],
    assignment: ['sh', '-c', 'PGPASSWORD=hunter2hunter2 psql'],
    bearer: ['curl', '-H', 'Authorization: Bearer hunter2hunter2'],
    'Hugging Face token': ['prog', 'hf_hunter2hunter2hunter2hunter2'],
    'GitHub token': ['prog', `ghp_hunter2${'hunter2'.repeat(6)}`],
    'GitHub fine-grained token': ['prog', `github_pat_${'hunter2'.repeat(8)}`],
    'OpenAI key': ['prog', 'sk-hunter2hunter2hunter2hunter2'],
    'Slack token': ['prog', 'xoxb-hunter2hunter2'],
    'AWS key': ['prog', 'AKIAHUNTER2HUNTER2AB'],
    JWT: ['prog', 'eyJhunter2hunter2.eyJhunter2hunter2.hunter2hunter2'],
    'private key': ['prog', '-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----'],
    'secret behind what is cut off': ['prog', 'x'.repeat(270), '--token', 'hunter2hunter2'],
  } as const;
  const urls = [
    'http://me:hunter2hunter2@127.0.0.1/x',
    'http://hunter2hunter2@127.0.0.1/x',
    'http://127.0.0.1/x?token=hunter2hunter2&n=1',
    'http://127.0.0.1/x?n=1&api_key=hunter2hunter2#end',
    'http://127.0.0.1/x?q=open%2Dsesame',
    "http://127.0.0.1/x?q=it's+a%20secret",
  ];
  const planted = /hunter2|HUNTER2|open(?:-|%2D)sesame|a(?:\+| |%20)secret/i;

  test.each(Object.entries(shapes))('%s', async (_, [program, ...words]) => {
    const folder = scratchFolder().path;
    const { audit } = auditIn(folder, { secrets });
    const trail = audit.trail(caller);
    const line = trail.over('gpu-1', standInSession({}).session);
    await line.ask(run([program, ...words], { stdin: 'hunter2' }));
    await line.ask(alterByRun([program, ...words], { stdin: 'hunter2' }));
    await trail.end();
    await audit.close();
    expect(await entriesOf(folder)).toHaveLength(2);
    expect(textOf(folder)).not.toMatch(planted);
    expect(textOf(folder)).toContain(program);
  });

  test.each(urls)('%s', async (url) => {
    const folder = scratchFolder().path;
    const { audit } = auditIn(folder, { secrets });
    const trail = audit.trail(caller);
    const options = { headers: { 'x-key': 'hunter2' }, body: 'hunter2' };
    await trail.over('gpu-1', standInSession({ [url]: 'hunter2' }).session).ask(http(url, options));
    await trail.end();
    await audit.close();
    expect(textOf(folder)).not.toMatch(planted);
    expect(textOf(folder)).toMatch(/POST http:\/\/.*127\.0\.0\.1\/x/);
  });

  test('and no word is longer than 300 characters, or can steer the way to the node', async () => {
    const folder = scratchFolder().path;
    const { audit } = auditIn(folder);
    const trail = audit.trail(caller);
    await trail.over('gpu-1', standInSession({}).session).ask(run(['echo', '\0'.repeat(3) + 'y'.repeat(10_000)]));
    await trail.end();
    await audit.close();
    const [look] = await entriesOf(folder);
    expect(look).toMatchObject({ asked: [[`echo ${'y'.repeat(295)}…`, expect.any(Number), 'exit 127']] });
  });
});

describe('files', () => {
  test('are gone on with by one process after another, and each has its own while several run', async () => {
    const folder = scratchFolder().path;
    for (let count = 0; count < 3; count += 1) await lives(folder, { change: true });
    expect(readdirSync(folder)).toHaveLength(4);
    await Promise.all(Array.from({ length: 5 }, () => lives(folder, { change: true })));
    const state = await verifyAudit(folder, undefined);
    expect(state).toMatchObject({ looks: 8, questions: 16, changes: 8, open: 0, troubles: [] });
    expect(filesOf(folder).length).toBe(readdirSync(folder).length / 2);
    expect(filesOf(folder).length).toBeLessThanOrEqual(10);
  });

  test('of a process that was killed are gone on with, and of one that lives elsewhere are not', async () => {
    const folder = scratchFolder().path;
    await lives(folder);
    const [free = ''] = readdirSync(folder).filter((name) => name.endsWith('.free'));
    const { audit } = auditIn(folder);
    await audit
      .trail(caller)
      .over('x', standInSession({}).session)
      .ask(alterByRun(['x']));
    const [held = ''] = readdirSync(folder).filter((name) => name.includes('.held-'));
    const [, born, host, boot] = held.split('.held-')[1]?.split('-') ?? [];
    const id = free.slice(0, -'.free'.length);
    renameSync(join(folder, free), join(folder, `${id}.held-1-${born}-00000000-${boot}`));
    await lives(folder);
    expect(filesOf(folder)).toHaveLength(3);
    renameSync(join(folder, `${id}.held-1-${born}-00000000-${boot}`), join(folder, `${id}.held-1-1-${host}-${boot}`));
    await audit.close();
    await Promise.all([lives(folder), lives(folder), lives(folder)]);
    expect(filesOf(folder)).toHaveLength(4);
    expect(await verifyAudit(folder, undefined)).toMatchObject({ troubles: [], torn: [] });
  });

  test('that are full get no line more; the oldest looks go for room, changes stay, and it is told', async () => {
    const folder = scratchFolder().path;
    for (let count = 0; count < 12; count += 1)
      await lives(folder, { fileBytes: 1_000, lookBytes: 5_000, change: count % 4 === 0 });
    const state = await verifyAudit(folder, undefined);
    expect(state).toMatchObject({ changes: 3, open: 0, troubles: [] });
    expect(state.pruned).toBeGreaterThan(2);
    expect(state.looks).toBeLessThan(10);
    expect(state.looks).toBeGreaterThan(0);
    const looks = filesOf(folder).filter((name) => name.startsWith('looks'));
    const sizes = looks.map((name) => statSync(join(folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(7_000);

    // A file that is gone without a word is another thing.
    rmSync(join(folder, looks[0] ?? ''));
    expect((await verifyAudit(folder, undefined)).troubles).toMatchObject([
      { why: expect.stringContaining('it is gone') },
    ]);
  });
});
