import { describe, expect, test } from 'vitest';
import { supervisorConfig } from '../../../src/services/supervisor-config.ts';

const addresses = (text: string) => supervisorConfig(text, '/etc/supervisor/supervisord.conf');

describe('a supervisord.conf', () => {
  test("of Debian tells its socket once, though its client's section names it too", () => {
    const text = `; supervisor config file

[unix_http_server]
file=/var/run/supervisor.sock   ; (the path to the socket file)
chmod=0700                       ; sockef file mode (default 0700)

[supervisord]
logfile=/var/log/supervisor/supervisord.log ; (main log file)

[supervisorctl]
serverurl=unix:///var/run/supervisor.sock ; use a unix:// URL

[include]
files = /etc/supervisor/conf.d/*.conf
`;
    expect(addresses(text)).toEqual([
      { url: 'http://supervisor/RPC2', socket: '/var/run/supervisor.sock', auth: undefined },
    ]);
  });

  test('may say where it is itself', () => {
    expect(addresses('[unix_http_server]\nfile = %(here)s/run/s.sock')).toMatchObject([
      { socket: '/etc/supervisor/run/s.sock' },
    ]);
  });

  test.each([
    ['9001', 'http://127.0.0.1:9001/RPC2'],
    [':9001', 'http://127.0.0.1:9001/RPC2'],
    ['*:9001', 'http://127.0.0.1:9001/RPC2'],
    ['0.0.0.0:9001', 'http://127.0.0.1:9001/RPC2'],
    ['10.0.0.4:9001', 'http://10.0.0.4:9001/RPC2'],
  ])('with port=%s is asked at %s', (port, url) => {
    expect(addresses(`[inet_http_server]\nport=${port}`)).toEqual([{ url, auth: undefined }]);
  });

  test('tells its password, and the one of its client where it keeps only a hash', () => {
    const text = `[inet_http_server]
port=9001
username=ops
password={SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d
[supervisorctl]
serverurl=http://127.0.0.1:9001/
username = ops
password = 50%%;off#1 # so
`;
    const auth = { user: 'ops', password: '50%;off#1' };
    expect(addresses(text)).toEqual([{ url: 'http://127.0.0.1:9001/RPC2', auth }]);
    expect(addresses(text.slice(0, text.indexOf('[supervisorctl]')))).toEqual([
      { url: 'http://127.0.0.1:9001/RPC2', auth: undefined },
    ]);
  });

  test('that only the environment of supervisord completes tells nothing', () => {
    expect(addresses('[unix_http_server]\nfile=%(ENV_RUN)s/s.sock')).toEqual([]);
    expect(addresses('')).toEqual([]);
  });
});
