import type { ExecAsk, HttpAsk, HttpTroubleReason } from '../core/command.ts';
import type { Why } from './http-exec.ts';

/** A program of the node that can ask HTTP; its output is the answer as curl's `--include` prints it. */
interface HttpProgram {
  program(ask: HttpAsk, seconds: number): Pick<ExecAsk, 'words' | 'stdin'>;
  reasonOf(exitCode: number | null, complaints: string): Why;
}

const quoted = (text: string): string =>
  `"${text.replace(/[\\"\n\r\t]/g, (one) => `\\${{ '\n': 'n', '\r': 'r', '\t': 't' }[one] ?? one}`)}"`;

// Headers that curl adds by itself and that were not asked for.
const unasked = ['Accept', 'Content-Type', 'Expect', 'User-Agent'];

/** Source of the exit codes: curl(1). Why a connection failed stands only in what `verbose` prints. */
export const curl: HttpProgram = {
  program({ url, socket, method, headers, body }, seconds) {
    const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    const lines = [
      `url = ${quoted(new URL(url).href)}`,
      `request = ${method}`,
      `max-time = ${seconds.toFixed(3)}`,
      'silent',
      'no-buffer',
      'verbose',
      'include',
      'globoff',
      'http1.1',
      'noproxy = "*"',
      ...unasked.filter((name) => !given.has(name.toLowerCase())).map((name) => `header = "${name}:"`),
      ...Object.entries(headers).map(
        ([name, value]) => `header = ${quoted(`${name}: ${value.replace(/[\r\n]+/g, ' ')}`)}`,
      ),
      ...(socket === undefined ? [] : [`unix-socket = ${quoted(socket)}`]),
      ...(body === undefined ? [] : [`data-raw = ${quoted(body)}`]),
    ];
    return { words: ['curl', '-q', '--config', '-'], stdin: `${lines.join('\n')}\n` };
  },
  reasonOf(exitCode, complaints) {
    // Lines with < and > are the request and the answer, secrets and all.
    const said = complaints.split('\n').filter((line) => /^(?:\* |curl: )/.test(line));
    const last = said
      .map((line) => line.replace(/^\* /, ''))
      .filter((line) => /connect|fail|error|denied|refused|No such/i.test(line));
    const message = last.at(-1) ?? `curl ended with ${exitCode}`;
    return { reason: curlReasons[exitCode ?? 0] ?? connectReason(said.join('\n'), exitCode), message };
  },
};

const curlReasons: Readonly<Record<number, HttpTroubleReason>> = {
  6: 'refused',
  18: 'reset',
  28: 'timeout',
  52: 'reset',
  55: 'reset',
  56: 'reset',
};
const curlNoConnection = 7;

function connectReason(said: string, exitCode: number | null): HttpTroubleReason {
  if (exitCode !== curlNoConnection) return 'protocol';
  if (/No such file or directory/.test(said)) return 'missing';
  if (/Permission denied/.test(said)) return 'denied';
  return 'refused';
}

const script = `
import http.client, json, socket, ssl, sys
from urllib.parse import urlsplit
ask = json.load(sys.stdin)
url = urlsplit(ask["url"])
kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
line = kind(url.hostname, url.port, timeout=ask["seconds"])
if ask.get("socket"):
    def connect():
        line.sock = socket.socket(socket.AF_UNIX)
        line.sock.settimeout(ask["seconds"])
        line.sock.connect(ask["socket"])
    line.connect = connect
try:
    path = (url.path or "/") + ("?" + url.query if url.query else "")
    body = ask.get("body")
    line.request(ask["method"], path, None if body is None else body.encode(), ask["headers"])
    answer = line.getresponse()
    out = sys.stdout.buffer
    head = ["HTTP/1.1 %d %s" % (answer.status, answer.reason)] + ["%s: %s" % pair for pair in answer.getheaders()]
    out.write(("\\r\\n".join(head) + "\\r\\n\\r\\n").encode("latin-1"))
    out.flush()
    while True:
        piece = answer.read1(65536)
        if not piece:
            break
        out.write(piece)
        out.flush()
    if answer.length:
        sys.exit("reset the answer was cut short")
except (ConnectionRefusedError, socket.gaierror) as e:
    sys.exit("refused %s" % e)
except FileNotFoundError as e:
    sys.exit("missing %s" % e)
except PermissionError as e:
    sys.exit("denied %s" % e)
except socket.timeout as e:
    sys.exit("timeout %s" % e)
except (ConnectionError, http.client.RemoteDisconnected, http.client.IncompleteRead) as e:
    sys.exit("reset %s" % e)
except (OSError, http.client.HTTPException) as e:
    sys.exit("protocol %s" % e)
`;

const reasons: readonly HttpTroubleReason[] = ['refused', 'missing', 'denied', 'timeout', 'reset', 'protocol'];

export const python: HttpProgram = {
  program: ({ url, socket, method, headers, body }, seconds) => ({
    words: ['python3', '-I', '-c', script],
    stdin: JSON.stringify({ url: new URL(url).href, socket, method, headers, body, seconds }),
  }),
  reasonOf(exitCode, complaints) {
    const [, first = '', message = ''] = /^(\w+) (.*)/.exec(complaints.trim()) ?? [];
    const reason = reasons.find((known) => known === first);
    return reason === undefined
      ? { reason: 'protocol', message: complaints.trim().split('\n').at(-1) || `python3 ended with ${exitCode}` }
      : { reason, message };
  },
};
