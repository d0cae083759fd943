import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { createApp, type App } from '../../src/app.ts';
import { opsError } from '../../src/core/errors.ts';
import { comfyuiWorkflows } from '../../src/tools/comfyui-workflows.ts';
import { has } from '../support/requires.ts';
import { reportSchema } from '../support/report-schema.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { standInComfyui } from '../support/stand-in-comfyui.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-workflows-'));
const nodeOf = (sshd: Sshd, port: number, name: string) => `  ${name}:
    simulated: [ComfyUI]
    ssh: { host: 127.0.0.1, port: ${sshd.port}, user: root, identity: ${sshd.keyFile}, agent: false, knownHosts: ${sshd.knownHostsFile}, config: /dev/null }
    services:
      comfyui: { kind: comfyui, manager: none, health: [{ url: 'http://127.0.0.1:${port}/system_stats' }] }
`;

describe.skipIf(!has('sshd'))('workflows against a stand-in of ComfyUI, over ssh (needs sshd)', () => {
  let sshd: Sshd;
  let comfyui: Awaited<ReturnType<typeof standInComfyui>>;
  let app: App;

  const ask = async (input: Record<string, unknown>) => {
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    const report = await app.call(comfyuiWorkflows, input, options);
    reportSchema(comfyuiWorkflows).parse(JSON.parse(JSON.stringify(report)));
    return { ...report, data: report.data as z.infer<typeof comfyuiWorkflows.data> };
  };
  const refused = (input: Record<string, unknown>) => ask(input).catch((thrown: unknown) => opsError(thrown).message);

  beforeAll(async () => {
    const base = join(folder, 'ComfyUI');
    mkdirSync(join(base, 'models', 'checkpoints'), { recursive: true });
    writeFileSync(join(base, 'models', 'checkpoints', 'sd_xl_base_1.0.safetensors'), 'stand-in');
    [sshd, comfyui] = await Promise.all([startSshd(), standInComfyui([], base)]);
    mkdirSync(join(folder, 'workflows'));
    writeFileSync(join(folder, 'workflows', 'broken.json'), '{');
    writeFileSync(
      join(folder, 'workflows', 'page.json'),
      JSON.stringify({
        nodes: [
          { id: 1, type: 'EmptyImage', outputs: [{ type: 'IMAGE' }], widgets_values: [64, 48, 1, 255] },
          { id: 2, type: 'SaveImage', inputs: [{ name: 'images', type: 'IMAGE', link: 1 }], widgets_values: ['mine'] },
          { id: 3, type: 'Note', widgets_values: ['for nobody'] },
        ],
        links: [[1, 1, 0, 2, 0, 'IMAGE']],
      }),
    );
    const path = join(folder, 'fleet.yaml');
    writeFileSync(path, `nodes:\n${nodeOf(sshd, comfyui.port, 'gpu-1')}${nodeOf(sshd, 1, 'gone')}`, { mode: 0o600 });
    app = await createApp({ fleetPath: path });
  });
  afterAll(async () => {
    await app.close();
    await comfyui.end();
    await sshd.stop();
    rmSync(folder, { recursive: true });
  });

  test('lists what comes with rackhand and what lies beside the fleet file', async () => {
    const { data } = await ask({});
    const summaries = Object.fromEntries(data.workflows.map(({ workflow, summary }) => [workflow, summary]));
    expect(Object.keys(summaries)).toEqual([
      'txt2img',
      'img2img',
      'batch',
      'inpaint',
      'hires_fix',
      'upscale',
      'lora',
      'broken',
      'page',
    ]);
    expect(summaries['page']).toBe('Saved by the page of ComfyUI, 3 nodes; converted for the instance that runs it');
    expect(summaries['broken']).toMatch(/^It is no JSON: /);
  });

  test('says what can be set, and that an instance can run it with the model that it has', async () => {
    const { summary, status, data, notes } = await ask({
      workflow: 'txt2img',
      node: 'gpu-1',
      set: ['prompt=a castle', 'seed=7'],
    });
    expect([summary, status, data.problems]).toEqual(['comfyui of gpu-1 can run txt2img.', 'ok', []]);
    const values = Object.fromEntries(data.parameters.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      checkpoint: 'sd_xl_base_1.0.safetensors',
      prompt: 'a castle',
      seed: 7,
      width: 1024,
    });
    expect(notes).toContain('gpu-1: SIMULATED, not real: ComfyUI.');
    const kept = await app.evidence(data.graph ?? '');
    expect(JSON.parse(kept?.text ?? '')).toHaveProperty('3.class_type', 'KSampler');
  });

  test('says all that is wrong at once, and nothing is queued', async () => {
    const set = ['checkpoint=sd_xl_base_1_0.safetensors', 'width=8', 'sampler=dpmpp'];
    const { status, summary, data } = await ask({ workflow: 'txt2img', node: 'gpu-1', set });
    expect(status).toBe('critical');
    expect(summary).toMatch(/^comfyui of gpu-1 can not run txt2img: .* And 2 more\.$/);
    expect(data.problems.map(({ code, near }) => [code, near])).toEqual([
      ['not_allowed', 'dpmpp_2m'],
      ['missing_model', 'sd_xl_base_1.0.safetensors'],
      ['out_of_range', undefined],
    ]);
    const queue = (await (await fetch(`${comfyui.url}/queue`)).json()) as Record<string, unknown[]>;
    expect([queue['queue_running'], queue['queue_pending']]).toEqual([[], []]);
  });

  test('converts a workflow of the page for the instance that would run it', async () => {
    const { status, data } = await ask({ workflow: 'page', node: 'gpu-1', set: ['prefix=his', '1.width=32'] });
    expect([status, data.problems]).toEqual(['ok', []]);
    const kept = await app.evidence(data.graph ?? '');
    expect(JSON.parse(kept?.text ?? '')).toEqual({
      '1': { class_type: 'EmptyImage', inputs: { width: 32, height: 48, batch_size: 1, color: 255 } },
      '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'his', images: ['1', 0] } },
    });
  });

  test('of an instance that gives no answer it is not known', async () => {
    const { status, summary } = await ask({ workflow: 'txt2img', node: 'gone' });
    expect([status, summary]).toEqual([
      'unknown',
      'Whether comfyui of gone could run txt2img is not known: it gives no answer (refused).',
    ]);
  });

  test('what can not be meant is refused', async () => {
    expect(await refused({ workflow: 'txt2imgs' })).toBe('No workflow is called "txt2imgs".');
    expect(await refused({ workflow: 'broken' })).toMatch(/^broken: It is no JSON/);
    expect(await refused({ workflow: 'txt2img', node: 'gpu-1', service: 'other' })).toBe(
      'gpu-1 declares no ComfyUI called other with a health URL or port.',
    );
  });
});
