import { run } from '../core/command.ts';

/**
 * Asks a pm2 daemon for its apps over its own socket, as pm2's client would, and prints the fields we may see.
 *
 * The answer holds the whole environment of every app, so it is cut down here, on the node. The pm2 program is never
 * called: it would start an empty daemon where the one asked for has just ended. The protocol (AMP: a byte with version
 * and count, then length and bytes of each part) is the one of pm2 2 to 7. Plain old JavaScript, for any Node.
 */
const script = `
var net = require('net');
function end(answer) { process.stdout.write(JSON.stringify(answer), function () { process.exit(0); }); }
function part(text) {
  var body = Buffer.from(text), size = Buffer.alloc(4);
  size.writeUInt32BE(body.length, 0);
  return Buffer.concat([size, body]);
}
function shown(app) {
  var env = app.pm2_env || {};
  return { name: app.name, pid: app.pid, status: env.status, startedAt: env.pm_uptime, restarts: env.restart_time,
    exitCode: env.exit_code, out: env.pm_out_log_path, err: env.pm_err_log_path };
}
var got = Buffer.alloc(0);
var socket = net.connect(process.argv[process.argv.length - 1], function () {
  var call = 'j:' + JSON.stringify({ type: 'call', method: 'getMonitorData', args: [{}] });
  socket.write(Buffer.concat([Buffer.from([18]), part(call), part('s:rackhand:0')]));
});
socket.on('error', function (error) { end({ error: error.code || error.message }); });
socket.on('close', function () { end({ error: 'CLOSED' }); });
socket.on('data', function (chunk) {
  got = Buffer.concat([got, chunk]);
  if (got.length < 5 || got.length < 5 + got.readUInt32BE(1)) return;
  var text = got.toString('utf8', 5, 5 + got.readUInt32BE(1));
  var answer;
  try { answer = JSON.parse(text.slice(2)); } catch (error) { return end({ error: 'PROTOCOL' }); }
  if (!answer || !Array.isArray(answer.args) || !Array.isArray(answer.args[0])) return end({ error: 'PROTOCOL' });
  end({ now: Date.now(), apps: answer.args[0].map(shown) });
});
setTimeout(function () { end({ error: 'TIMEOUT' }); }, 8000);
`;

/** `node` is the program that runs the daemon itself, so that it is there whatever PATH says. */
export const pm2Question = (node: string, socket: string, become: 'sudo' | undefined) =>
  run([node, '-', socket], { stdin: script, become });
