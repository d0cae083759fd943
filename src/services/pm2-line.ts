/**
 * The beginning of every script that speaks to a pm2 daemon over its own socket, as pm2's client would: `call(method,
 * argument, then)`, one after the other, and `end(answer)`, which prints it as JSON.
 *
 * The pm2 program is never called: it would start an empty daemon where the one asked for has just ended. The protocol
 * (AMP: a byte with version and count, then length and bytes of each part) is the one of pm2 2 to 7. Plain old
 * JavaScript, for any Node. Arguments: how many milliseconds it waits, and the socket.
 */
export const pm2Line = `
var net = require('net');
var words = process.argv.slice(2);
function end(answer) { process.stdout.write(JSON.stringify(answer), function () { process.exit(0); }); }
function part(text) {
  var body = Buffer.from(text), size = Buffer.alloc(4);
  size.writeUInt32BE(body.length, 0);
  return Buffer.concat([size, body]);
}
var failed = function (error) { end({ error: error }); };
var got = Buffer.alloc(0), heard = null;
function call(method, argument, then) {
  heard = then;
  var text = 'j:' + JSON.stringify({ type: 'call', method: method, args: [argument] });
  socket.write(Buffer.concat([Buffer.from([18]), part(text), part('s:rackhand:0')]));
}
function message() {
  var at = 1, first = null;
  for (var left = got.length === 0 ? 1 : got[0] & 15; left > 0; left -= 1) {
    if (got.length < at + 4 || got.length < at + 4 + got.readUInt32BE(at)) return null;
    var size = got.readUInt32BE(at);
    if (first === null) first = got.toString('utf8', at + 4, at + 4 + size);
    at += 4 + size;
  }
  got = got.slice(at);
  return first || '';
}
var socket = net.connect(words[1], function () { begin(); });
socket.on('error', function (error) { failed(error.code || error.message); });
socket.on('close', function () { failed('CLOSED'); });
socket.on('data', function (chunk) {
  got = Buffer.concat([got, chunk]);
  var text = message();
  if (text === null) return;
  var answer = null;
  try { answer = JSON.parse(text.slice(2)); } catch (error) { return failed('PROTOCOL'); }
  var then = heard;
  heard = null;
  if (!answer || !then) return failed('PROTOCOL');
  then(answer);
});
setTimeout(function () { failed('TIMEOUT'); }, Number(words[0]));
`;
