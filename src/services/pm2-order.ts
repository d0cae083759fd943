import { alterByRun } from '../core/alter.ts';
import type { Verb } from '../core/service-manager.ts';
import { pm2Line } from './pm2-line.ts';

/**
 * Tells a daemon to start, stop or restart all apps of exactly one name, one after the other, and ends at the first that
 * it does not do.
 *
 * Each is told by its number and with nothing of an environment, so that it keeps its own. A daemon refuses to restart an
 * app that waits for its next start, because it still holds the number of the last process: that one is stopped before.
 * Source: lib/God/ActionMethods.js of pm2 7.0.4.
 */
const script = `${pm2Line}
var verb = words[2], name = words[3], told = [], sent = false;
failed = function (error) { end({ error: error, sent: sent, told: told.length }); };
var runs = { online: true, launching: true, 'one-launch-status': true };
function trouble(app, say) { end({ trouble: say, told: told.length, of: apps.length, id: app.pm_id }); }
var apps = [];
function tell(method, argument, app, then) {
  sent = true;
  call(method, argument, function (answer) {
    if (answer.error) return trouble(app, String(answer.error));
    then();
  });
}
function next(index) {
  var app = apps[index];
  if (!app) return end({ told: told.length, of: apps.length });
  var id = app.pm_id;
  function done() { told.push(id); next(index + 1); }
  function start() { tell('restartProcessId', { id: id }, app, done); }
  if (verb === 'stop' || app.pm2_env.status === 'waiting restart') {
    return tell('stopProcessId', id, app, verb === 'stop' ? done : start);
  }
  start();
}
function begin() {
  call('getMonitorData', {}, function (answer) {
    if (!Array.isArray(answer.args) || !Array.isArray(answer.args[0])) return failed('PROTOCOL');
    var named = answer.args[0].filter(function (app) {
      return app.name === name && typeof app.pm_id === 'number' && app.pm2_env;
    }).sort(function (one, other) { return one.pm_id - other.pm_id; });
    if (named.length === 0) return end({ trouble: 'it has no app of this name', told: 0, of: 0 });
    var busy = named.filter(function (app) { return app.pm2_env.status === 'stopping'; })[0];
    if (busy) return trouble(busy, 'it is being stopped');
    apps = named.filter(function (app) {
      var status = app.pm2_env.status;
      if (verb === 'start') return !runs[status] && status !== 'waiting restart';
      return verb === 'restart' || runs[status] || status === 'waiting restart';
    });
    if (apps.length === 0) return trouble(named[0], 'it is ' + named[0].pm2_env.status + ' already');
    var watched = apps.filter(function (app) { return app.pm2_env.watch; })[0];
    if (verb === 'stop' && watched) return trouble(watched, 'pm2 watches its files and would start it again');
    next(0);
  });
}
`;

const patienceMs = 90_000;

export const pm2Order = (node: string, socket: string, verb: Verb, name: string, become: 'sudo' | undefined) =>
  alterByRun([node, '-', String(patienceMs), socket, verb, name], {
    stdin: script,
    become,
    deadlineMs: patienceMs + 10_000,
    // Of several instances each is told when the one before it is done.
    lingersMs: patienceMs,
  });
