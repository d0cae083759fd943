import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../../src/config/fleet.ts';
import { fleetOf, refusal } from '../../support/fleet-text.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const withPassword = (password: string) =>
  `nodes: { a: { services: { s: { manager: supervisor, auth: { user: u, password: ${password} } } } } }\n`;
const withHeader = (header: string) =>
  `nodes: { a: { services: { s: { manager: pm2, health: [{ url: http://127.0.0.1/, headers: { ${header} } }] } } } }\n`;

describe('a secret', () => {
  test('comes from the environment, alone or within a value, and is listed so that it can be taken out of reports', async () => {
    const password = await fleetOf(withPassword('"${SUPERVISOR}"'), { SUPERVISOR: 'correct horse' });
    expect(password.nodes[0]?.services[0]?.auth?.password).toBe('correct horse');
    expect(password.secrets).toEqual(['correct horse']);
    const header = await fleetOf(withHeader('Authorization: "Bearer ${A}${B}"'), { A: 'left', B: 'right' });
    expect(header.nodes[0]?.services[0]?.health[0]?.headers).toEqual({ Authorization: 'Bearer leftright' });
    expect(header.secrets).toEqual(['left', 'right']);
  });

  test('comes from a file beside the fleet file or in the home, without its last newline', async () => {
    const folder = scratchFolder();
    folder.write('home/.token', 'of the home\r\n');
    folder.write('secrets/password', ' spaces stay \n');
    const path = folder.write(
      'fleet.yaml',
      `nodes:
  a:
    services:
      s:
        manager: supervisor
        auth: { user: u, password: { file: secrets/password } }
        health: [{ url: http://127.0.0.1/, headers: { X-Api-Key: { file: ~/.token } } }]\n`,
    );
    const fleet = await loadFleet({ path, env: {}, cwd: '/', home: `${folder.path}/home` });
    const service = fleet.nodes[0]?.services[0];
    expect(service?.auth?.password).toBe(' spaces stay ');
    expect(service?.health[0]?.headers).toEqual({ 'X-Api-Key': 'of the home' });
    expect(fleet.secrets.toSorted()).toEqual([' spaces stay ', 'of the home']);
  });

  test('is told from a variable that every report must show', async () => {
    const env = { GPU_HOST: '10.0.0.9', HF_TOKEN: 'hf-value' };
    const fleet = await fleetOf('nodes: { a: { ssh: "${GPU_HOST}", labels: { x: "${HF_TOKEN}" } } }', env);
    expect(fleet.nodes[0]?.ssh.host).toBe('10.0.0.9');
    expect(fleet.secrets).toEqual(['hf-value']);
  });

  test('in the value of a variable is not looked for further variables', async () => {
    const fleet = await fleetOf(withPassword('"${A}"'), { A: '${B}', B: 'no' });
    expect(fleet.secrets).toEqual(['${B}']);
  });
});

describe('a secret that is missing', () => {
  test.each([
    [
      'a variable that is not set',
      withPassword('"${NOPE}"'),
      /^fleet\.yaml:1:80: nodes\.a\.services\.s\.auth\.password: the variable NOPE is not set$/,
    ],
    [
      'a variable that is empty',
      withPassword('"${EMPTY}"'),
      /^fleet\.yaml:1:80: nodes\.a\.services\.s\.auth\.password: the variable EMPTY is empty$/,
    ],
    [
      'a variable in any other value',
      'nodes: { a: { ssh: "${NOPE}" } }',
      /^fleet\.yaml:1:20: nodes\.a\.ssh: the variable NOPE is not set$/,
    ],
    [
      'a device',
      withPassword('{ file: /dev/null }'),
      /^fleet\.yaml:1:80: .* the secret file can not be read: \/dev\/null is not a regular file$/,
    ],
    [
      'a file that is not there',
      withPassword('{ file: nope }'),
      /^fleet\.yaml:1:80: .* the secret file can not be read: ENOENT/,
    ],
    ['a folder', withPassword('{ file: / }'), /the secret file can not be read: \/ is not a regular file$/],
  ])('%s', async (_, text, message) => {
    const refused = await refusal(text, { EMPTY: '' });
    expect(refused).toMatchObject({ code: 'SECRET_MISSING', message: expect.stringMatching(message) });
  });

  test.each([
    ['is empty', '\n', 'is empty'],
    ['holds several lines', 'one\ntwo\n', 'holds more than one line'],
    ['is huge', 'x'.repeat(70_000), 'is larger than 64 KiB'],
  ])('because its file %s', async (_, content, say) => {
    const file = scratchFolder().write('secret', content);
    const refused = await refusal(withPassword(`{ file: ${JSON.stringify(file)} }`));
    expect(refused).toMatchObject({ code: 'SECRET_MISSING', message: expect.stringContaining(say) });
  });
});

describe('a secret that is written out is refused', () => {
  test.each([
    [
      'a password',
      withPassword('hunter2'),
      '1:80: nodes.a.services.s.auth.password: a secret is never written out here',
    ],
    ['an Authorization header', withHeader('Authorization: Bearer abc'), 'a secret is never written out here'],
    ['a header whose name tells of a key', withHeader('x-api-key: abc'), 'a secret is never written out here'],
    ['a cookie', withHeader('Cookie: a=b'), 'a secret is never written out here'],
    [
      'a password anywhere',
      'nodes: { a: { labels: { password: x } } }',
      '1:25: nodes.a.labels.password: a secret has no place under this key',
    ],
    [
      'a token anywhere, even by a variable',
      'nodes: { a: { labels: { hf_token: "${T}" } } }',
      'a secret has no place under this key',
    ],
    [
      'a password of the login, which is by key',
      'nodes: { a: { ssh: { host: h, password: x } } }',
      'nodes.a.ssh.password: a secret has no place under this key',
    ],
    [
      'a password in a URL',
      'nodes: { a: { services: { s: { manager: supervisor, server: "http://u:secret@127.0.0.1:9001" } } } }',
      'this looks like a secret',
    ],
    [
      'a token of a known shape',
      'nodes: { a: { labels: { note: hf_AbCdEfGhIjKlMnOpQrStUvWx } } }',
      'this looks like a secret',
    ],
    [
      'a private key',
      'nodes:\n  a:\n    labels:\n      note: |\n        -----BEGIN OPENSSH PRIVATE KEY-----\n        b3\n',
      '5:9: a private key has no place in the fleet file',
    ],
    [
      'a private key in a comment of a broken file',
      '# -----BEGIN RSA PRIVATE KEY-----\n\tx: [',
      '1:3: a private key has no place in the fleet file',
    ],
  ])('%s', async (_, text, message) => {
    const refused = await refusal(text, { T: 'token' });
    expect(refused).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/./),
    });
    expect(refused.message).not.toMatch(/hunter2|u:secret|AbCdEf/);
  });

  test('but plain headers, digests and file names are not', async () => {
    const { nodes } = await fleetOf(withHeader('Accept: application/json, Host: api.internal'));
    expect(nodes[0]?.services[0]?.health[0]?.headers).toEqual({ Accept: 'application/json', Host: 'api.internal' });
    await fleetOf(`nodes: { a: { labels: { image: "sha256:${'ab'.repeat(32)}" }, files: [/run/secrets/api-token] } }`);
  });

  test('a variable that is not written as one is no secret, and no value either', async () => {
    expect(await refusal('nodes: { a: { labels: { x: "${A-b}" } } }')).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'fleet.yaml:1:28: nodes.a.labels.x: a variable is written ${NAME}, of letters, digits and _',
    });
  });
});
