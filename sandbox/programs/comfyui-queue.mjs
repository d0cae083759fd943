import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { upstream } from './comfyui-prompt.mjs';

/** The one worker of a ComfyUI: what waits, what runs, and what came of it, in memory alone as in the real one. */
export class Queue {
  pending = [];
  running;
  history = new Map();
  #end;
  /** Pictures by the graph that drew them: the same graph again is not drawn again. */
  #drawn = new Map();

  constructor({ base, samplingMs }) {
    this.base = base;
    this.samplingMs = samplingMs;
  }

  add(entry) {
    this.pending.push(entry);
    this.#next();
  }

  delete(ids) {
    this.pending = this.pending.filter(([, id]) => !ids.includes(id));
  }

  /** Without an id it ends whatever runs, whoever's that is. */
  interrupt(id) {
    if (this.running !== undefined && (id === undefined || this.running[1] === id)) this.#end?.('interrupted');
  }

  #next() {
    if (this.running !== undefined || this.pending.length === 0) return;
    this.pending.sort(([a], [b]) => a - b);
    this.running = this.pending.shift();
    const [, id, prompt, , outputs] = this.running;
    const steps = outputs
      .flatMap((output) => upstream(prompt, output))
      .filter((node, at, all) => all.indexOf(node) === at && prompt[node].class_type === 'KSampler').length;
    const cached = outputs.filter((node) => this.#drawn.has(graph(prompt, node)));
    const began = Date.now();
    // Even the shortest prompt is answered before it has run.
    const timer = setTimeout(
      () => this.#end('success'),
      (cached.length === outputs.length ? 0 : steps) * this.samplingMs,
    );
    this.#end = (how) => {
      clearTimeout(timer);
      this.#record(id, how, began, cached);
      this.running = undefined;
      this.#next();
    };
  }

  #record(id, how, began, cached) {
    const [, , prompt, , outputs] = this.running;
    const made = how === 'success' ? outputs.map((node) => [node, { images: this.#images(prompt, node) }]) : [];
    const at = (timestamp) => ({ prompt_id: id, timestamp });
    const [last] = upstream(prompt, outputs[0]);
    const stopped = { ...at(Date.now()), node_id: last, node_type: prompt[last].class_type, executed: [] };
    this.history.set(id, {
      prompt: this.running,
      outputs: Object.fromEntries(made),
      status: {
        status_str: how === 'success' ? 'success' : 'error',
        completed: how === 'success',
        messages: [
          ['execution_start', at(began)],
          ['execution_cached', { nodes: cached.flatMap((node) => upstream(prompt, node)), ...at(began) }],
          how === 'success' ? ['execution_success', at(Date.now())] : ['execution_interrupted', stopped],
        ],
      },
      meta: Object.fromEntries(
        made.map(([node]) => [node, { node_id: node, display_node: node, parent_node: null, real_node_id: node }]),
      ),
    });
  }

  #images(prompt, node) {
    const key = graph(prompt, node);
    const images = this.#drawn.get(key) ?? this.#save(prompt, node);
    this.#drawn.set(key, images);
    return images;
  }

  /** Writes the pictures of an output: one colour, of the size that was asked for. */
  #save(prompt, node) {
    const kept = prompt[node].class_type === 'SaveImage';
    const prefix = kept ? prompt[node].inputs.filename_prefix : 'ComfyUI_temp_stand';
    const type = kept ? 'output' : 'temp';
    const folder = join(this.base, type, dirname(prefix));
    mkdirSync(folder, { recursive: true });
    const size = upstream(prompt, node)
      .map((id) => prompt[id])
      .find(({ class_type: name }) => name === 'EmptyImage' || name === 'EmptyLatentImage');
    const { width = 64, height = 64, batch_size: many = 1, color = 0 } = size?.inputs ?? {};
    const before = readdirSync(folder).filter((name) => name.startsWith(`${basename(prefix)}_`)).length;
    return Array.from({ length: many }, (_, at) => {
      const filename = `${basename(prefix)}_${String(before + at + 1).padStart(5, '0')}_.png`;
      writeFileSync(join(folder, filename), png(width, height, color, JSON.stringify(prompt)));
      const subfolder = dirname(prefix) === '.' ? '' : dirname(prefix);
      return { filename, subfolder, type };
    });
  }
}

const graph = (prompt, node) => JSON.stringify(upstream(prompt, node).map((id) => [id, prompt[id].inputs]));

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const words = Buffer.alloc(8);
  words.writeUInt32BE(data.length, 0);
  words.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([words.subarray(0, 4), body, words.subarray(4)]);
}

function png(width, height, color, prompt) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.alloc(1 + width * 3);
  for (let at = 0; at < width; at += 1) row.set([color >> 16, (color >> 8) & 255, color & 255], 1 + at * 3);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`prompt\0${prompt}`, 'latin1')),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
