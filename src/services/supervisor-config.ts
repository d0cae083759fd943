/** Where a supervisord listens and what it wants to hear first. */
export interface SupervisorAddress {
  readonly url: string;
  readonly socket?: string | undefined;
  readonly auth?: { readonly user: string; readonly password: string } | undefined;
}

/** The addresses that a supervisord.conf tells, its socket first. Source: supervisord.org, "Configuration File". */
export function supervisorConfig(text: string, path: string): readonly SupervisorAddress[] {
  const sections = iniSections(text);
  const here = path.slice(0, path.lastIndexOf('/')) || '/';
  const value = (section: string, key: string) => expanded(sections.get(section)?.get(key), here);
  const login = (section: string) => credentials(value(section, 'username'), value(section, 'password'));
  // The server may keep a hash of what the client has in plain.
  const auth = (section: string) => login(section) ?? login('supervisorctl');
  const socket = value('unix_http_server', 'file');
  const port = value('inet_http_server', 'port');
  const client = value('supervisorctl', 'serverurl');
  return [
    socket === undefined ? undefined : { ...supervisorAddress(`unix://${socket}`), auth: auth('unix_http_server') },
    port === undefined ? undefined : { url: inetUrl(port), auth: auth('inet_http_server') },
    client === undefined ? undefined : { ...supervisorAddress(client), auth: auth('supervisorctl') },
  ]
    .filter((address) => address !== undefined)
    .filter(({ url, socket }, index, all) => all.findIndex((it) => it.url === url && it.socket === socket) === index);
}

/** Where supervisord writes its own log or its number, by its configuration; undefined where that tells no file. */
export function supervisorFile(text: string, path: string, key: 'logfile' | 'pidfile'): string | undefined {
  const here = path.slice(0, path.lastIndexOf('/')) || '/';
  const file = expanded(iniSections(text).get('supervisord')?.get(key), here);
  return file?.startsWith('/') === true && !file.startsWith('/dev/') ? file : undefined;
}

/** An address as supervisorctl takes it: `unix:///run/supervisor.sock`, `http://127.0.0.1:9001`. */
export function supervisorAddress(server: string): SupervisorAddress {
  const socket = /^unix:\/\/(\/.*)$/.exec(server)?.[1];
  return socket === undefined
    ? { url: `${server.replace(/\/+$/, '')}/RPC2` }
    : { url: 'http://supervisor/RPC2', socket };
}

/** Sections and their values by lower case key; a line that begins with a blank goes on with the value before it. */
export function iniSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split('\n')) {
    const plain = line.replace(/(?:^|\s)[;#].*$/, '').trimEnd();
    const header = /^\[([^\]]+)\]/.exec(plain)?.[1];
    const [, key, value] = /^([A-Za-z_]+)\s*[=:]\s*(.*)$/.exec(plain) ?? [];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
      last = undefined;
    } else if (key !== undefined && value !== undefined) {
      last = key.toLowerCase();
      section.set(last, value);
    } else if (last !== undefined && /^\s+\S/.test(plain)) {
      section.set(last, `${section.get(last)}\n${plain.trim()}`);
    }
  }
  return sections;
}

/** `%(here)s` is the folder of the file; a value with anything else that only supervisord knows is no value. */
function expanded(value: string | undefined, here: string): string | undefined {
  const text = value?.replaceAll('%(here)s', here).replaceAll('%%', '%');
  return text === undefined || text === '' || /%\([^)]*\)s/.test(text) ? undefined : text;
}

/** A password kept as a hash is of no use for asking. */
const credentials = (user: string | undefined, password: string | undefined) =>
  user === undefined || password === undefined || password.startsWith('{SHA}') ? undefined : { user, password };

/** `9001`, `:9001`, `*:9001` and `0.0.0.0:9001` listen everywhere, so loopback reaches them. */
function inetUrl(port: string): string {
  const [, host = '', number = port] = /^(.*):(\d+)$/.exec(port) ?? [];
  return `http://${['', '*', '0.0.0.0'].includes(host) ? '127.0.0.1' : host}:${number}/RPC2`;
}
