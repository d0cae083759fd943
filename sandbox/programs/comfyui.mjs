import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { freemem, totalmem } from 'node:os';
import { join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { modelFolders, modelsOf, nodeClasses } from './comfyui-classes.mjs';
import { judgePrompt } from './comfyui-prompt.mjs';
import { Queue } from './comfyui-queue.mjs';
import { endWithParent } from './end-with-parent.mjs';

// SIMULATED: a stand-in for ComfyUI. It answers as the recorded 0.33.0 and 0.3.64 do and computes nothing: what a model
// would draw is a picture of one colour. Its own switches say how it fails.
const { values } = parseArgs({
  strict: false,
  options: {
    listen: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8188' },
    'base-directory': { type: 'string', default: '.' },
    /** Whose answers it gives: 0.33.0 or 0.3.64. */
    shape: { type: 'string', default: '0.33.0' },
    /** Milliseconds before it listens. */
    'start-ms': { type: 'string', default: '0' },
    /** Milliseconds after it listens until it ends with an error. */
    'die-ms': { type: 'string' },
    /** While this file is there no request is answered, or none whose path begins as the file says. */
    'hang-while': { type: 'string' },
    /** Custom nodes that fail to import. */
    'import-failed': { type: 'string', multiple: true, default: [] },
    /** How long a KSampler takes. */
    'sampling-ms': { type: 'string', default: '0' },
    /** Free and total bytes of a card, as free/total; without it there is only a cpu. */
    vram: { type: 'string' },
    /** It goes on when whoever started it is gone, as under a manager that lets go of it. */
    daemon: { type: 'boolean', default: false },
  },
});
if (!values.daemon) endWithParent();
const base = values['base-directory'];
const version = values.shape;
const newer = version === '0.33.0';
const classes = () => nodeClasses(base, version);
const queue = new Queue({ base, samplingMs: Number(values['sampling-ms']) });
let number = 0;

const colour = newer ? '\u001b[32m[INFO]\u001b[0m ' : '';
const logged = [];
const say = (line) => {
  logged.push({ t: new Date().toISOString().replace('Z', '000'), m: `${colour}${line}\n` });
  process.stderr.write(`${colour}${line}\n`);
};

function device() {
  const [free, total] = values.vram?.split('/').map(Number) ?? [freemem(), totalmem()];
  const memory = { vram_total: total, vram_free: free, torch_vram_total: total, torch_vram_free: free };
  return values.vram === undefined
    ? { name: 'cpu', type: 'cpu', index: null, ...memory }
    : { name: 'cuda:0 stand-in of a GPU : native', type: 'cuda', index: 0, ...memory };
}

const packageNamed = (name, required) => ({ name, installed: null, required });

function systemStats() {
  return {
    system: {
      os: newer ? 'linux' : 'posix',
      ram_total: totalmem(),
      ram_free: freemem(),
      comfyui_version: `${version}-stand-in`,
      required_frontend_version: newer ? '1.49.6' : '1.27.10',
      installed_templates_version: null,
      required_templates_version: newer ? '0.11.44' : '0.1.95',
      ...(newer && {
        comfy_package_versions: [
          packageNamed('comfyui-frontend-package', '1.49.6'),
          packageNamed('comfyui-workflow-templates', '0.11.44'),
        ],
      }),
      python_version: `stand-in under Node ${process.versions.node}`,
      pytorch_version: 'stand-in',
      embedded_python: false,
      ...(newer && { deploy_environment: 'local-git' }),
      argv: ['comfyui-stand-in', ...process.argv.slice(2)],
    },
    devices: [device()],
  };
}

const json = (body, status = 200) => ({ status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) });
const text = (body, status) => ({ status, type: 'text/plain; charset=utf-8', body });
const empty = (status = 200) => ({ status, body: '' });
const unknown = { status: 404, type: 'application/octet-stream', body: '' };
const trouble = text('500 Internal Server Error\n\nServer got itself in trouble', 500);

function post(body) {
  const at = number;
  number += 1;
  if (body.prompt === undefined) return refused('no_prompt', 'No prompt provided', 'No prompt provided');
  const id = body.prompt_id ?? randomUUID();
  if (newer && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    const details =
      'prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one';
    return refused('invalid_prompt_id', 'prompt_id must be a valid UUID', details);
  }
  const judged = judgePrompt(body.prompt, classes(), version);
  if (judged.refused !== undefined) return json(judged.refused, 400);
  const place = body.number ?? (body.front ? -at : at);
  const extra = {
    ...body.extra_data,
    ...(body.client_id !== undefined && { client_id: body.client_id }),
    ...(newer && { create_time: Date.now() }),
  };
  queue.add([place, id, body.prompt, extra, judged.good]);
  say('got prompt');
  return json({ prompt_id: id, number: place, node_errors: judged.errors });
}

const refused = (type, message, details) =>
  json({ error: { type, message, details, extra_info: {} }, node_errors: {} }, 400);

function view(query) {
  const name = query.get('filename');
  if (name === null) return empty(404);
  const folder = join(base, query.get('type') ?? 'output', query.get('subfolder') ?? '');
  if (name.includes('..') || !normalize(folder).startsWith(normalize(base))) return empty(400);
  const path = join(folder, name);
  if (!existsSync(path) || !statSync(path).isFile()) return empty(404);
  return { status: 200, type: 'image/png', body: readFileSync(path) };
}

function historyOf(query) {
  const most = query.get('max_items');
  if (most !== null && !/^-?\d+$/.test(most)) return trouble;
  const all = [...queue.history];
  const from = query.get('offset');
  const kept =
    most === null ? all : from === null ? all.slice(-Number(most)) : all.slice(Number(from)).slice(0, Number(most));
  return json(Object.fromEntries(kept));
}

const waits = () => ({ exec_info: { queue_remaining: queue.pending.length + (queue.running === undefined ? 0 : 1) } });
const gets = {
  '/system_stats': () => json(systemStats()),
  '/features': () =>
    json({
      supports_preview_metadata: true,
      ...(newer && { supports_model_type_tags: true }),
      max_upload_size: 104857600,
      ...(newer && { extension: { manager: { supports_v4: true } }, node_replacements: true, assets: false }),
    }),
  '/prompt': () => json(waits()),
  '/queue': () =>
    json({ queue_running: queue.running === undefined ? [] : [queue.running], queue_pending: queue.pending }),
  '/history': (query) => historyOf(query),
  '/models': () => json(modelFolders[version]),
  '/embeddings': () => json([]),
  '/object_info': () => json(classes()),
  '/extensions': () => json([]),
  '/users': () => json({ storage: 'server', migrated: true }),
  '/view': (query) => view(query),
  '/internal/logs/raw': () => json({ entries: logged, size: { cols: 80, rows: 24 } }),
};
const below = {
  '/history/': (id) => json(queue.history.has(id) ? { [id]: queue.history.get(id) } : {}),
  '/object_info/': (name) => json(Object.hasOwn(classes(), name) ? { [name]: classes()[name] } : {}),
  '/models/': (folder) => (modelFolders[version].includes(folder) ? json(modelsOf(base, folder)) : empty(404)),
};
const posts = {
  '/prompt': post,
  '/queue': ({ clear, delete: ids = [] }) => {
    queue.delete(clear === true ? queue.pending.map(([, id]) => id) : ids);
    return empty();
  },
  '/history': ({ clear, delete: ids = [] }) => {
    for (const id of clear === true ? [...queue.history.keys()] : ids) queue.history.delete(id);
    return empty();
  },
  '/interrupt': ({ prompt_id: id }) => {
    queue.interrupt(id);
    return empty();
  },
  '/free': () => empty(),
};

function hangs(path) {
  if (values['hang-while'] === undefined || !existsSync(values['hang-while'])) return false;
  return path.startsWith(readFileSync(values['hang-while'], 'utf8').trim());
}

async function answer(request) {
  const { pathname, searchParams } = new URL(request.url, 'http://stand-in');
  // Every route is served under /api as well.
  const path = pathname.replace(/^\/api(?=\/)/, '');
  if (hangs(path)) {
    say(`does not answer ${path}`);
    request.socket.once('close', () => say(`gave up waiting for ${path}`));
    return undefined;
  }
  const { origin, host } = request.headers;
  if (origin !== undefined && new URL(origin).host !== host) return empty(403);
  if (request.method === 'POST' && Object.hasOwn(posts, path)) {
    try {
      const body = (await buffer(request)).toString('utf8');
      return posts[path](body === '' ? {} : JSON.parse(body));
    } catch {
      return trouble;
    }
  }
  if (request.method !== 'GET') return text('405: Method Not Allowed', 405);
  if (Object.hasOwn(gets, path)) return gets[path](searchParams);
  const [prefix] = Object.keys(below).filter((start) => path.startsWith(start));
  return prefix === undefined ? unknown : below[prefix](decodeURIComponent(path.slice(prefix.length)));
}

async function respond(request, response) {
  const given = await answer(request).catch(() => trouble);
  if (given === undefined) return;
  const { status, type, body } = given;
  response.writeHead(status, { ...(type !== undefined && { 'content-type': type }), server: 'comfyui-stand-in' });
  response.end(body);
}

const server = createServer((request, response) => void respond(request, response));
server.on('error', (error) => {
  say(`Port ${values.port} is already in use on address ${values.listen}. ${error.code}`);
  process.exit(1);
});
process.on('SIGTERM', () => process.exit(0));

say('Checkpoint files will always be loaded safely.');
say(`Total VRAM ${Math.round(device().vram_total / 1024 ** 2)} MB, total RAM ${Math.round(totalmem() / 1024 ** 2)} MB`);
say('pytorch version: stand-in');
say(`Device: ${device().name}`);
say(`ComfyUI version: ${version} (stand-in)`);
for (const name of values['import-failed'])
  say(`Cannot import ${join(base, 'custom_nodes', name)} module for custom nodes: No module named 'stand_in'`);
say('');
say('Import times for custom nodes:');
say(`   0.0 seconds: ${join(base, 'custom_nodes', 'websocket_image_save.py')}`);
for (const name of values['import-failed']) say(`   0.1 seconds (IMPORT FAILED): ${join(base, 'custom_nodes', name)}`);
say('');
setTimeout(() => {
  server.listen(Number(values.port), values.listen, () => {
    say('Starting server');
    say('');
    say(`To see the GUI go to: http://${values.listen}:${server.address().port}`);
    if (values['die-ms'] !== undefined)
      setTimeout(() => {
        say('RuntimeError: the stand-in ends, as it was told');
        process.exit(1);
      }, Number(values['die-ms']));
  });
}, Number(values['start-ms']));
