import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { localNode } from '../../src/config/local-node.ts';
import { loadFleet } from '../../src/config/fleet.ts';
import { alterByRun } from '../../src/core/alter.ts';
import { read } from '../../src/core/command.ts';
import type { Transport } from '../../src/core/session.ts';
import { createAudit } from '../../src/engine/audit.ts';
import { auditEntries } from '../../src/engine/audit-show.ts';
import { verifyAudit } from '../../src/engine/audit-verify.ts';
import { auditWords } from '../../src/engine/audit-words.ts';
import { createStores } from '../../src/engine/change-stores.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createEngine } from '../../src/engine/ops.ts';
import { nodeTriage } from '../../src/tools/node-triage.ts';
import { createTransports } from '../../src/transport/transports.ts';
import { vitals } from '../../src/probes/vitals.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { mcpClients } from '../support/mcp-clients.ts';
import { has } from '../support/requires.ts';
import { runProgram } from '../support/run-program.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { standInSession } from '../support/stand-in-session.ts';

const everything = { since: 0, node: undefined, run: undefined, changes: false };

/** Looks and changes for as long as it lives, and tells of each that it was acknowledged. */
const writer = `
import { writeSync } from 'node:fs';
import { alterByRun } from './src/core/alter.ts';
import { read } from './src/core/command.ts';
import { createAudit } from './src/engine/audit.ts';
const [, , folder, name] = process.argv;
const tell = (what) => writeSync(1, what + '\\n');
const audit = createAudit({ folder, secrets: () => [], warn: (said) => tell('warned ' + said), fileBytes: 6_000 });
const session = {
  notes: () => [],
  async ask({ ask }) {
    if (ask.kind === 'exec') tell(ask.words.join(' '));
    return ask.kind === 'exec' ? { exitCode: 0 } : { ok: true };
  },
};
for (let count = 1; ; count += 1) {
  const trail = audit.trail({ tool: 'node_triage', principal: 'cli:' + name });
  const line = trail.over('gpu-1', session);
  const path = '/' + name + '/' + count;
  await Promise.all([line.ask(read(path)), line.ask(read('/' + 'x'.repeat((count * 331) % 290)))]);
  if (count % 3 === 0) await line.ask(alterByRun(['touch', path]));
  for (const note of await trail.end()) tell('note ' + note);
  tell('read ' + path);
}
`;

describe('processes that write at once and are killed', () => {
  let program: string;
  beforeAll(async () => {
    program = join(mkdtempSync(join(tmpdir(), 'rh-audit-')), 'writer.mjs');
    await build({
      stdin: { contents: writer, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
  });
  afterAll(() => rmSync(join(program, '..'), { recursive: true }));

  /** Runs a writer, kills it after so many lines, and gives back all that it told. */
  async function killed(folder: string, name: string, after: number): Promise<readonly string[]> {
    const child = spawn(process.execPath, [program, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    const told: string[] = [];
    for await (const line of createInterface({ input: child.stdout }))
      if (told.push(line) === after) child.kill('SIGKILL');
    await closed;
    return told;
  }

  test('lose nothing that was acknowledged, and no one who verifies meanwhile sees it broken', async () => {
    const folder = join(scratchFolder().path, 'audit');
    const told: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const running = ['a', 'b', 'c'].map((name) =>
        killed(folder, `${name}${round}`, 5 + Math.floor(Math.random() * 40)),
      );
      const all = Promise.all(running);
      const over = all.then(() => true);
      do expect((await verifyAudit(folder, undefined)).troubles).toEqual([]);
      while (!(await Promise.race([over, Promise.resolve(false)])));
      told.push(...(await all).flat());
    }
    const { entries, broken } = await auditEntries(folder, everything);
    expect(broken).toEqual([]);
    const written = new Set(
      entries.flatMap((entry) =>
        entry.type === 'change' ? entry.words : entry.asked.map(([words]) => words.replace(/ \(.*/, '')),
      ),
    );
    expect(told.length).toBeGreaterThanOrEqual(3 * 3 * 5);
    expect(told.filter((line) => !written.has(line))).toEqual([]);
    // Three at once, and what was full: a killed process leaves its file to the next.
    const state = await verifyAudit(folder, undefined);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(state.files).toBeLessThanOrEqual(6 + bytes / 6_000);
  });
});

describe.skipIf(process.getuid?.() !== 0 || !has('mount'))('on a full disk (where root may mount)', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rh-audit-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });

  const fill = () => {
    try {
      for (;;) appendFileSync(join(folder, 'filler'), Buffer.alloc(4_096));
    } catch {
      // As full as it gets.
    }
  };

  test('looks go on and are told to be missing, changes are refused, and both are written when there is room', async () => {
    const own = join(folder, 'audit');
    const audit = createAudit({ folder: own, secrets: () => [], warn: () => undefined });
    const { session, asked } = standInSession({ '/a': 'x', touch: '' });
    const look = async () => {
      const trail = audit.trail({ tool: 'node_triage', principal: 'cli:ana' });
      const line = trail.over('gpu-1', session);
      for (let count = 0; count < 100; count += 1) await line.ask(read('/a'));
      return await trail.end();
    };
    const change = () =>
      audit
        .trail({ tool: 'x', principal: 'cli:ana' })
        .over('gpu-1', session)
        .ask(alterByRun(['touch', '/x']));
    expect(await look()).toEqual([]);
    await change();
    fill();
    let notes: readonly string[] = [];
    for (let count = 0; count < 5; count += 1) notes = await look();
    expect(notes).toEqual([expect.stringContaining('ENOSPC')]);
    const files = readdirSync(own);
    // What is left of the last block may still hold some.
    const filling = async (): Promise<never> => {
      for (;;) await change();
    };
    expect(await rejection(filling())).toMatchObject({ code: 'AUDIT_FAILED' });
    const sent = asked.filter((word) => word === 'touch').length;
    expect(await rejection(change())).toMatchObject({
      code: 'AUDIT_FAILED',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(asked.filter((word) => word === 'touch')).toHaveLength(sent);
    expect(readdirSync(own)).toEqual(files);

    rmSync(join(folder, 'filler'));
    expect(await look()).toEqual([]);
    await change();
    await audit.close();
    expect(await verifyAudit(own, undefined)).toMatchObject({ troubles: [], torn: [], changes: sent + 1 });
  });
});

describe.skipIf(!has('sshd'))('a triage over SSH (needs sshd)', () => {
  let sshd: Sshd;
  let fleetPath: string;
  let program: BuiltProgram;
  beforeAll(async () => {
    [sshd, program] = await Promise.all([startSshd(), builtProgram('src/rackhand.ts')]);
    const { port, keyFile: identity, knownHostsFile: knownHosts } = sshd;
    const ssh = { host: '127.0.0.1', port, user: 'root', identity, knownHosts, agent: false, config: '/dev/null' };
    fleetPath = join(sshd.folder, 'fleet.yaml');
    writeFileSync(fleetPath, stringify({ nodes: { 'gpu-1': { ssh }, 'gpu-2': { ssh } } }));
  });
  afterAll(async () => {
    await sshd.stop();
    program.remove();
  });

  test('leaves exactly the questions that were put to the line', async () => {
    const folder = scratchFolder().path;
    const inner = createTransports();
    const asked: string[] = [];
    const transport: Transport = {
      async open(node, abort) {
        const session = await inner.open(node, abort);
        return {
          notes: () => session.notes(),
          ask(command, signal) {
            asked.push(`${node.name} ${auditWords(command, [])}`);
            return session.ask(command, signal);
          },
        };
      },
      close: () => inner.close(),
    };
    const audit = createAudit({ folder, secrets: () => [], warn: () => undefined });
    const trail = audit.trail({ tool: nodeTriage.name, principal: 'cli:ana' });
    const fleet = await loadFleet({ path: fleetPath, env: {}, cwd: '/', home: '/' });
    const ops = createEngine({
      transport,
      local: localNode(),
      stores: createStores(folder, {
        actions: [],
        checks: [],
        vitals: vitals.steps,
        evidence: createEvidence(folder, () => []),
        secrets: () => [],
      }),
    }).ops({
      fleet,
      signal: new AbortController().signal,
      trail,
      onProgress: () => undefined,
    });
    await nodeTriage.run({ nodes: [], detail: 'brief' }, ops);
    expect(await trail.end()).toEqual([]);
    await transport.close();
    await audit.close();
    const { entries } = await auditEntries(folder, everything);
    const looks = entries.flatMap((entry) => (entry.type === 'look' ? [entry] : []));
    expect(looks.map(({ node }) => node).toSorted()).toEqual(['gpu-1', 'gpu-2']);
    const written = looks.flatMap(({ node, asked: questions }) => questions.map(([words]) => `${node} ${words}`));
    expect(asked.length).toBeGreaterThan(60);
    expect(written.toSorted()).toEqual(asked.toSorted());
  });

  const rackhand = (state: string, ...words: string[]) =>
    runProgram(program, words, { RACKHAND_STATE: state, RACKHAND_FLEET: fleetPath });

  test('is shown with who asked, on the command line and over MCP, and verified', async () => {
    const { path: state } = scratchFolder();
    expect((await rackhand(state, 'audit', 'verify')).stdout).toBe(
      'There is no audit yet: nothing was put to a node.\n',
    );
    await rackhand(state, 'triage', 'gpu-1');
    const env = { ...program.env, RACKHAND_STATE: state, RACKHAND_FLEET: fleetPath };
    const session = await mcpClients['a client that negotiates']({ path: program.path, env }, ['mcp']);
    await session.call('node_triage', { nodes: ['gpu-1'] });
    await session.close();

    const shown = await rackhand(state, 'audit', 'show', '--json', '--node', 'gpu-1', '--since', '1h');
    const user = userInfo().username;
    expect(JSON.parse(shown.stdout)).toMatchObject([
      { type: 'look', node: 'gpu-1', tool: 'node_triage', principal: `cli:${user}` },
      { type: 'look', node: 'gpu-1', tool: 'node_triage', principal: `mcp:${user}` },
    ]);
    const table = (await rackhand(state, 'audit', 'show')).stdout.split('\n');
    expect(table).toEqual([
      expect.stringMatching(/^when +who +tool +node +what +ended +took/),
      expect.stringMatching(new RegExp(`cli:${user} +node_triage +gpu-1 +\\d+ questions +answered`)),
      expect.stringMatching(new RegExp(`mcp:${user} +node_triage +gpu-1 +\\d+ questions +answered`)),
      '',
    ]);
    const { stdout: each } = await rackhand(state, 'audit', 'show', '--detail', 'full');
    expect(each).toMatch(/read \/proc\/sys\/kernel\/random\/boot_id \(64 bytes from 0\) +ok/);
    expect((await rackhand(state, 'audit', 'show', '--changes')).stdout).toBe(
      'Nothing of the kind was put to a node within 24h.\n',
    );

    const whole = await rackhand(state, 'audit', 'verify');
    expect(whole).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^WHOLE {2}1 file: 2 looks with \d+ questions/),
    });
    const [, head = ''] = /^head {2}([0-9a-f]{64})$/m.exec(whole.stdout) ?? [];
    expect(await rackhand(state, 'audit', 'verify', '--head', head)).toMatchObject({ code: 0 });
    expect(await rackhand(state, 'audit', 'verify', `--head=${'0'.repeat(64)}`)).toMatchObject({ code: 2 });

    const folder = join(state, 'audit');
    const [name = ''] = readdirSync(folder).filter((each) => each.startsWith('looks') && each.endsWith('.jsonl'));
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replace('mcp:', 'cli:'));
    const broken = await rackhand(state, 'audit', 'verify');
    expect(broken).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(new RegExp(`^BROKEN\n${name.replace('.jsonl', '')} line \\d+: its bytes are not`)),
    });
    const json = JSON.parse((await rackhand(state, 'audit', 'verify', '--json')).stdout) as object;
    expect(json).toMatchObject({ whole: false, troubles: [{ line: expect.any(Number) }] });
    expect((await rackhand(state, 'audit', 'show')).stderr).toContain('is not as it was written');
  });

  test.each([
    [['audit', 'show', '--since', 'yesterday'], '--since takes a span like 30m'],
    [['audit', 'verify', '--head', 'abc'], '--head takes the 64 hex digits'],
  ])('%j is refused', async (words, says) => {
    const { code, stderr } = await rackhand(scratchFolder().path, ...words);
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(says) });
  });
});
