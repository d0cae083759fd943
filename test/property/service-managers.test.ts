import { readFileSync } from 'node:fs';
import { array, assert, constantFrom, nat, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { capture } from '../../src/core/capture.ts';
import { OpsError } from '../../src/core/errors.ts';
import { containerEvents } from '../../src/services/compose-ends.ts';
import { logPieces } from '../../src/services/compose-logs.ts';
import { containerState } from '../../src/services/compose-states.ts';
import { engineContainers } from '../../src/services/engine-containers.ts';
import { engineInspect } from '../../src/services/engine-inspect.ts';
import { pm2List } from '../../src/services/pm2-list.ts';
import { plainXmlRpc } from '../../src/services/plain-xml-rpc.ts';
import { supervisorConfig } from '../../src/services/supervisor-config.ts';
import { supervisorStates } from '../../src/services/supervisor-states.ts';
import { supervisorStatusText } from '../../src/services/supervisor-status-text.ts';
import { xmlRpcAnswer } from '../../src/services/supervisor-xml-rpc.ts';
import { systemdStates } from '../../src/services/systemd-show.ts';
import { replayed } from '../support/replay.ts';

const fixtures = new URL('../fixtures/probes/service.states/', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, fixtures), 'utf8');
const stdout = (file: string, round: number) => {
  const { replies } = JSON.parse(text(file)) as { replies: { exec?: { stdout: string } }[][] };
  return replies[round]?.[0]?.exec?.stdout ?? '';
};

const body = (file: string) => {
  const { replies } = JSON.parse(readFileSync(new URL(`../${file}`, fixtures), 'utf8')) as {
    replies: { http?: { body: string } }[][];
  };
  return replies[0]?.[0]?.http?.body ?? '';
};
const answer = (said: string) => ({ ok: true, status: 200, headers: {}, body: capture(said), at: 0, ms: 0 }) as const;
const server = 'unix:///run/d.sock';

const parsers: Record<string, { recorded: string; parse: (text: string) => unknown }> = {
  'the answer of supervisord': {
    recorded: text('supervisor-all.xml'),
    parse(xml) {
      const answer = xmlRpcAnswer(xml);
      return answer.ok ? supervisorStates(answer.value) : answer.code;
    },
  },
  'the lines of supervisorctl': {
    recorded: text('supervisor-status.txt'),
    parse: (out) =>
      supervisorStatusText({ exitCode: 3, signal: null, stdout: capture(out), stderr: capture(''), at: 0, ms: 0 }),
  },
  'a supervisord.conf': {
    recorded: text('supervisord.conf'),
    parse: (conf) => supervisorConfig(conf, '/etc/supervisord.conf'),
  },
  'the list of pm2': { recorded: stdout('pm2-all.json', 2), parse: pm2List },
  'the containers of an engine': {
    recorded: body('stack.containers/two.json'),
    parse: (json) => replayed('containers', engineContainers({ server }), [[answer(json)]]),
  },
  'one container of an engine': {
    recorded: body('container.inspect/unhealthy.json'),
    parse(json) {
      const [found] = replayed('inspect', engineInspect({ server }, ['a']), [[answer(json)]]);
      return found?.reachable === true && found.value !== null && containerState('a', found.value, 1, false);
    },
  },
  'the log of a container': {
    recorded:
      '\u0001\0\0\0\0\0\0%2026-11-22T00:58:02.133213769Z ready\n\u0002\0\0\0\0\0\0\ufffd2026-11-22T00:58:02.133302549Z oops\n2026-11-22T00:58:03Z a line of a terminal\n',
    parse: (said) => logPieces(capture(said)),
  },
  'the events of an engine': {
    recorded:
      '{"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":{"exitCode":"3"}},"time":1795309082,"timeNano":1795309082000000000}\n',
    parse: (lines) => replayed('events', containerEvents({ server }, ['a'], 1), [[answer(lines)]]),
  },
  'the properties of systemd': {
    recorded: stdout('systemd-all.json', 0),
    parse: (out) => systemdStates(out, Array.from({ length: 10 }, String), 100),
  },
};

/** A few places of a text cut out and replaced, as by a full disk, a bad line or a malicious program. */
const damage = array(
  record({
    at: nat(),
    drop: nat(40),
    put: constantFrom(
      '',
      '\0',
      '\n\n',
      '<',
      '&x;',
      ']]>',
      '{',
      '"',
      '=',
      ':',
      '%(here)s',
      '\u202e',
      '9e99',
      '-1',
      'null',
    ),
    more: string({ maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** What became of it; what is thrown but is not ours is a defect and goes on. */
function outcome(parse: () => unknown): string {
  try {
    parse();
    return 'read';
  } catch (thrown) {
    if (thrown instanceof OpsError) return thrown.code;
    throw thrown;
  }
}

test.each(Object.entries(parsers))('%s, damaged, is read or refused, never worse', (_, { recorded, parse }) => {
  expect(recorded.length).toBeGreaterThan(100);
  assert(
    property(damage, (cuts) => {
      let broken = recorded;
      for (const { at, drop, put, more } of cuts) {
        const from = at % broken.length || 0;
        broken = broken.slice(0, from) + put + more + broken.slice(from + drop);
      }
      expect(['read', 'OUTPUT_UNREADABLE']).toContain(outcome(() => parse(broken)));
    }),
    { numRuns: 300 },
  );
});

test('an answer of supervisord that is read without the XML parser says what the parser says, damaged or not', () => {
  const recorded = parsers['the answer of supervisord']?.recorded.replaceAll('\r', '') ?? '';
  expect(plainXmlRpc(recorded)).toBeDefined();
  let compared = 0;
  assert(
    property(damage, (cuts) => {
      let broken = recorded;
      for (const { at, drop, put, more } of cuts) {
        const from = at % broken.length;
        broken = broken.slice(0, from) + put + more + broken.slice(from + drop);
      }
      const value = plainXmlRpc(broken);
      if (value === undefined) return;
      compared += 1;
      // A blank line before it sends it to the parser.
      expect(xmlRpcAnswer(`\n${broken}`)).toEqual({ ok: true, value });
    }),
    { numRuns: 2_000 },
  );
  expect(compared).toBeGreaterThan(0);
});
