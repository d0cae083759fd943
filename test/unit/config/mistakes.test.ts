import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../../src/config/fleet.ts';
import { refusal } from '../../support/fleet-text.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';

const service = (text: string) => `nodes:\n  gpu-1:\n    services:\n      api: { ${text} }\n`;

const knob = (text: string) => service(`manager: pm2, knobs: { k: { file: /f, ${text} } }`);

const commands = (text: string) =>
  `nodes:\n  a:\n    commands: { ${text} }\n    services: { llama: { manager: none } }\n`;

describe('a mistake in the fleet file is one sentence with its place', () => {
  test.each([
    ['a tab that indents', 'nodes:\n\tgpu-1: {}\n', '2:1: a tab can not indent; use spaces'],
    ['a duplicate key', 'nodes:\n  gpu-1: {}\n  gpu-1: {}\n', '3:3: this key stands twice in the same mapping'],
    ['a second document', 'nodes: {}\n---\nnodes: {}\n', '2:1: a second document begins here; a fleet file is one'],
    [
      'an unclosed bracket',
      'nodes: {\n',
      '2:1: Flow map in block collection must be sufficiently indented and end with a }',
    ],
    ['an unknown tag', 'nodes: !vault x\n', '1:8: Unresolved tag: !vault'],
    ['a key that is no text', 'nodes: { ? [a] : {} }\n', '1:12: a key must be text'],
    ['an alias of nothing', 'nodes: { a: *b }\n', '1:13: nothing before this is marked &b'],
    ['an alias of itself', 'nodes:\n  a: &a { labels: *a }\n', '2:19: this alias stands within what it means'],
    ['a merge of no mapping', 'nodes:\n  <<: 1\n', '2:3: << takes in mappings only'],
    ['an empty file', '', '1:1: is empty; a fleet file begins with `nodes:`'],
    ['a file of comments', '# later\n', '1:1: is empty; a fleet file begins with `nodes:`'],
    ['a list', '- gpu-1\n', '1:1: must be a mapping, not a list'],
    ['a text', 'gpu-1\n', '1:1: must be a mapping, not text'],
    ['no nodes', 'thresholds: {}\n', '1:1: nodes: is missing'],
    ['nodes without any', 'nodes:\n', '1:1: nodes: must be a mapping, not empty'],
    ['a node without braces', 'nodes:\n  gpu-1:\n', '2:3: nodes.gpu-1: must be a mapping, not empty'],
    [
      'a name that reads as an option',
      'nodes:\n  "-x": {}\n',
      '2:3: nodes.-x: this name must not be empty, begin with "-" or hold blanks or control characters',
    ],
    ['a misspelt key of the file', 'nods: {}\n', '1:1: nods: unknown key; did you mean `nodes`?'],
    [
      'a misspelt key of a service',
      service('manger: pm2'),
      '4:14: nodes.gpu-1.services.api.manger: unknown key; did you mean `manager`?',
    ],
    [
      'a misspelt key of an address',
      'nodes:\n  a:\n    ssh: { host: h, usr: ops }\n',
      '3:21: nodes.a.ssh.usr: unknown key; did you mean `user`?',
    ],
    [
      'a key like no other',
      'nodes: { a: { ssh: { host: h, colour: red } } }\n',
      '1:31: nodes.a.ssh.colour: unknown key; known are host, port, user, identity, agent, jump, config, knownHosts',
    ],
    [
      'a missing key',
      service('kind: api'),
      '4:7: nodes.gpu-1.services.api.manager: is missing; it is supervisor, pm2, systemd, compose or none',
    ],
    [
      'a word that is not one of them',
      service('manager: supervisr'),
      '4:23: nodes.gpu-1.services.api.manager: must be supervisor, pm2, systemd, compose or none; did you mean `supervisor`?',
    ],
    [
      'a number instead of text',
      'nodes: { a: { labels: { rack: 4 } } }\n',
      '1:31: nodes.a.labels.rack: must be text, not a number; put it in quotes',
    ],
    [
      'text instead of a number',
      'nodes: { a: { ssh: { host: h, port: ssh } } }\n',
      '1:37: nodes.a.ssh.port: must be a number, not text',
    ],
    [
      'a fraction',
      'nodes: { a: { gpus: 1.5 } }\n',
      '1:21: nodes.a.gpus: must be a whole number or auto, not a fraction',
    ],
    ['too small a number', 'nodes: { a: { gpus: -1 } }\n', '1:21: nodes.a.gpus: must be at least 0'],
    [
      'too large a number',
      'thresholds: { diskCriticalPercent: 101 }\nnodes: {}\n',
      '1:36: thresholds.diskCriticalPercent: must be at most 100',
    ],
    [
      'neither of two kinds',
      'nodes: { a: { gpus: many } }\n',
      '1:21: nodes.a.gpus: must be a number or auto, not text',
    ],
    [
      'a list instead of either',
      'nodes: { a: { ssh: [h] } }\n',
      '1:20: nodes.a.ssh: must be text or a mapping, not a list',
    ],
    [
      'a relative path of the node',
      'nodes: { a: { files: [x] } }\n',
      '1:23: nodes.a.files[0]: must be an absolute path, beginning with /',
    ],
    [
      'a URL of another kind',
      service('manager: pm2, health: [{ url: "ftp://x" }]'),
      '4:44: nodes.gpu-1.services.api.health[0].url: must be an http or https URL',
    ],
    [
      'a service that is needed and not there',
      service('manager: pm2, needs: [llma] }\n      llama: { manager: none'),
      '4:36: nodes.gpu-1.services.api.needs[0]: gpu-1 has no such service; did you mean `llama`?',
    ],
    [
      'a service that needs itself',
      service('manager: pm2, needs: [api]'),
      '4:36: nodes.gpu-1.services.api.needs[0]: a service does not need itself',
    ],
    [
      'a command that takes one back and is not there',
      commands('deploy: { words: [d], undo: undploy }, undeploy: { words: [u] }'),
      '3:45: nodes.a.commands.deploy.undo: a has no such other command; did you mean `undeploy`?',
    ],
    [
      'a command that takes itself back',
      commands('deploy: { words: [d], undo: deploy }'),
      '3:45: nodes.a.commands.deploy.undo: a has no such other command',
    ],
    [
      'a command for a service that is not there',
      commands('deploy: { words: [d], service: lama }'),
      '3:48: nodes.a.commands.deploy.service: a has no such service; did you mean `llama`?',
    ],
    [
      'a model that a command copies which is not there',
      'nodes:\n  a:\n    commands: { copy: { words: [c] } }\n    services: { l: { manager: none, models: [{ path: /m, resync: cpy }] } }\n',
      '4:66: nodes.a.services.l.models[0].resync: a has no such command; did you mean `copy`?',
    ],
    [
      'a command that is a line for a shell',
      commands('deploy: { words: [bash, -lc, "a && b"] }'),
      '3:41: nodes.a.commands.deploy.words[1]: hands a shell a program as text; write that into a file on the node, and name the file here',
    ],
    [
      'a command as one text',
      commands('deploy: { words: deploy.sh --now }'),
      '3:34: nodes.a.commands.deploy.words: must be a list, not text',
    ],
    [
      'a command of nothing',
      commands('deploy: { words: [] }'),
      '3:34: nodes.a.commands.deploy.words: must hold at least the program',
    ],
    [
      'a command that begins with an option',
      commands('deploy: { words: [-x] }'),
      '3:35: nodes.a.commands.deploy.words[0]: must be a program',
    ],
    [
      'an editable file that is not absolute',
      service('manager: pm2, editable: [.env]'),
      '4:39: nodes.gpu-1.services.api.editable[0]: must be an absolute path on the node',
    ],
    [
      'a knob with neither key nor flag',
      knob('tier: 1'),
      '4:40: nodes.gpu-1.services.api.knobs.k: must have a key or a flag',
    ],
    [
      'a knob with both',
      knob('tier: 1, key: K, flag: --k'),
      '4:75: nodes.gpu-1.services.api.knobs.k.flag: a knob has a key or a flag, not both',
    ],
    [
      'a knob whose least is more than its most',
      knob('tier: 1, key: K, min: 9, max: 2'),
      '4:74: nodes.gpu-1.services.api.knobs.k.min: must be at most max, which is 2',
    ],
    [
      'a knob with values and a step',
      knob('tier: 1, key: K, values: [1], step: 2'),
      '4:88: nodes.gpu-1.services.api.knobs.k.step: a knob has values, or min, max and step',
    ],
    [
      'a knob of no such tier',
      knob('tier: 4, key: K'),
      '4:58: nodes.gpu-1.services.api.knobs.k.tier: must be 1, 2 or 3',
    ],
    [
      'a knob with a flag that is none',
      knob('tier: 1, flag: "--k $x"'),
      '4:67: nodes.gpu-1.services.api.knobs.k.flag: must be a flag like --parallel',
    ],
    [
      'a knob with a value that a shell reads',
      knob('tier: 1, key: K, values: [a, "$(id)"]'),
      '4:81: nodes.gpu-1.services.api.knobs.k.values[1]: must be a number, or one word without quotes and blanks',
    ],
    [
      'a misspelt key of a knob',
      knob('teir: 1, tier: 1, key: K'),
      '4:52: nodes.gpu-1.services.api.knobs.k.teir: unknown key; did you mean `tier`?',
    ],
    [
      'a probe without a URL',
      service('manager: pm2, probe: { body: x }'),
      '4:28: nodes.gpu-1.services.api.probe.url: is missing',
    ],
    [
      'a key with a dot',
      'nodes: { gpu.a: { ssh: { host: h, x: 1 } } }\n',
      '1:35: nodes["gpu.a"].ssh.x: unknown key; known are host, port, user, identity, agent, jump, config, knownHosts',
    ],
    [
      'a mistake within what is shared',
      'nodes:\n  a: &x { gpus: -1 }\n  b: *x\n',
      '2:17: nodes.a.gpus: must be at least 0',
    ],
    [
      'a mistake within what is merged',
      'nodes:\n  a: { ssh: &x { hst: h } }\n  b: { ssh: { <<: *x, host: h } }\n',
      '2:18: nodes.a.ssh.hst: unknown key; did you mean `host`?',
    ],
  ])('%s', async (_, text, message) => {
    expect(await refusal(text)).toMatchObject({ code: 'CONFIG_INVALID', message: `fleet.yaml:${message}` });
  });

  test('the first of several is the message, the others are the hint', async () => {
    const { message, hint } = await refusal(
      `nodes:\n  a: { gpus: -1 }\n  b: { gpus: -1, files: [x] }\n  c: { gpus: x, mounts: [y], files: [z], labels: 1 }\n`,
    );
    expect(message).toBe('fleet.yaml:2:14: nodes.a.gpus: must be at least 0');
    expect(hint).toMatch(/^6 more mistakes:\n\S+fleet\.yaml:3:14: nodes\.b\.gpus/);
    expect(hint).toMatch(/\n\.\.\. and 2 more$/);
  });

  test('aliases of aliases of aliases end soon', async () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const lines = levels.map((name, index) => {
      const of = index === 0 ? 'lol' : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
    });
    expect(await refusal(lines.join('\n'))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^fleet\.yaml:\d+:\d+: too many aliases of aliases$/),
    });
  });

  test('text that is not UTF-8', async () => {
    const latin1 = Buffer.from('nodes: { a: { labels: { site: Köln } } }', 'latin1');
    expect(await refusal(latin1)).toMatchObject({ code: 'CONFIG_INVALID', message: 'fleet.yaml: is not UTF-8 text' });
  });

  test('more than 1 MiB', async () => {
    expect(await refusal(`nodes: {}\n${'#'.repeat(1_048_576)}`)).toMatchObject({
      message: 'fleet.yaml: is larger than 1 MiB',
    });
  });

  test('a device', async () => {
    const place = { env: {}, cwd: '/', home: '/' };
    expect(await rejection(loadFleet({ ...place, path: '/dev/null' }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: '/dev/null: is not a regular file',
    });
  });

  test('a file that one may not read', async () => {
    const folder = scratchFolder();
    const path = folder.write('fleet.yaml', 'nodes: {}', 0o000);
    const isRoot = process.geteuid?.() === 0;
    // Root may read everything, so it becomes nobody for this one; the folder itself stays reachable.
    if (isRoot) (await import('node:fs')).chmodSync(folder.path, 0o755);
    if (isRoot) process.seteuid?.(65_534);
    const error = await rejection(loadFleet({ path, env: {}, cwd: '/', home: '/' })).finally(() => {
      if (isRoot) process.seteuid?.(0);
    });
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${path}: can not be read: `),
    });
    expect(String(error)).toContain('EACCES');
  });
});
