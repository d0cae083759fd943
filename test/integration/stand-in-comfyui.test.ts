import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { scratchFolder } from '../support/scratch-folder.ts';
import { standInComfyui } from '../support/stand-in-comfyui.ts';
import { until } from '../support/until.ts';

const keysSchema = z.json();
const recorded = z.object({
  exchanges: z.array(
    z.object({
      note: z.string(),
      method: z.enum(['GET', 'POST']),
      path: z.string(),
      origin: z.string().optional(),
      body: z.json().optional(),
      status: z.number(),
      type: z.string(),
      keys: keysSchema.optional(),
      text: z.string().optional(),
    }),
  ),
});
const promptId = z.object({ prompt_id: z.string() });
type Keys = z.infer<typeof keysSchema>;

/** What stands under which key: a name of a type for a value, and the first item for a list. */
function keysOf(value: Keys): Keys {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(keysOf);
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).map(([key, item]) => [key.replace(/^[0-9a-f]{8}-.*/, '<id>'), keysOf(item)]);
  return Object.fromEntries(entries);
}

/** Tracebacks and what is said of a class differ; errors of a node come in any order. */
function comparable(keys: Keys): Keys {
  if (Array.isArray(keys)) return keys.map(comparable);
  if (typeof keys !== 'object' || keys === null) return keys;
  const left = new Set(['output_tooltips', 'essentials_category', 'tooltip', 'errors', 'search_aliases']);
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, item]) => (left.has(key) ? [] : [[key, comparable(item)]])),
  );
}

describe.each(['0.33.0', '0.3.64'])('the stand-in of ComfyUI %s', (shape) => {
  test('answers as the real one was recorded', async () => {
    const file = new URL(`../fixtures/comfyui/${shape}.json`, import.meta.url);
    const { exchanges } = recorded.parse(JSON.parse(readFileSync(file, 'utf8')));
    const comfyui = await standInComfyui(['--shape', shape]);
    try {
      let latest = '';
      for (const { note, method, path, origin, body, status, type, keys, text } of exchanges) {
        const { said, answer } = await (async () => {
          const url = `${comfyui.url}${path.replace('<id>', latest)}`;
          if (path.includes('<id>')) await until(async () => (await (await fetch(url)).text()) !== '{}');
          const sent = await fetch(url, {
            method,
            headers: origin === undefined ? {} : { origin },
            ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          });
          return { answer: sent, said: await sent.text() };
        })();
        const about = `${note}: ${method} ${path}`;
        expect(`${about} ${answer.status} ${answer.headers.get('content-type') ?? ''}`).toBe(
          `${about} ${status} ${type}`,
        );
        const value = keys === undefined ? null : keysSchema.parse(JSON.parse(said));
        const heard = keys === undefined ? said : comparable(keysOf(value));
        expect(heard, about).toEqual(keys === undefined ? (text ?? said) : comparable(keys));
        const prompted = promptId.safeParse(value);
        if (prompted.success) latest = prompted.data.prompt_id;
      }
    } finally {
      await comfyui.end();
    }
  });
});

describe('a stand-in that fails', () => {
  test('says of itself that it is one, hangs while it is told to, and names what it could not import', async () => {
    const { path: folder } = scratchFolder();
    const hang = join(folder, 'hang');
    const comfyui = await standInComfyui(['--import-failed', 'MyNodes', '--hang-while', hang, '--vram', '1/2']);
    try {
      const stats = await (await fetch(`${comfyui.url}/system_stats`)).text();
      expect(stats).toContain('comfyui-stand-in');
      expect(stats).toContain('stand-in of a GPU');
      expect(comfyui.says()).toMatch(/seconds \(IMPORT FAILED\): .*\/custom_nodes\/MyNodes\n/);
      writeFileSync(hang, '/queue');
      await expect(fetch(`${comfyui.url}/queue`, { signal: AbortSignal.timeout(200) })).rejects.toThrow(
        /abort|timeout/i,
      );
      expect((await fetch(`${comfyui.url}/system_stats`)).status).toBe(200);
    } finally {
      await comfyui.end();
    }
  });

  test('dies after its start', async () => {
    const comfyui = await standInComfyui(['--die-ms', '50']);
    await until(() => comfyui.says().includes('the stand-in ends'));
    await expect(until(() => fetch(comfyui.url).then(() => false))).rejects.toThrow(/fetch failed/);
    await comfyui.end();
  });
});
