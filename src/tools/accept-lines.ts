import type { ComfyuiAccept } from '../core/comfyui-accept.ts';
import { count, durationText } from '../core/format.ts';
import type { Finding, Status } from '../core/report.ts';
import type { ComfyuiApi } from '../probes/comfyui-api.ts';
import type { ComfyuiDrawn } from '../probes/comfyui-drawn.ts';
import type { ComfyuiPicture } from '../probes/comfyui-picture.ts';
import type { GpuSamples } from './accept-draw.ts';
import { stateOf } from './comfyui-levels.ts';

export const outcomes = ['pass', 'fail', 'not measurable here'] as const;
/** One line of the list. What could not be measured is no pass, and says why. */
export interface AcceptLine {
  readonly line: string;
  readonly is: (typeof outcomes)[number];
  readonly says: string;
}

const line = (name: string, is: boolean | null, says: string): AcceptLine => ({
  line: name,
  is: is === null ? 'not measurable here' : is ? 'pass' : 'fail',
  says,
});

const isOf = (status: Status): boolean | null =>
  status === 'ok' || status === 'degraded' ? true : status === 'critical' ? false : null;

/** What was found out before anything is drawn. */
export interface Looked {
  readonly findings: readonly Finding[];
  readonly api: ComfyuiApi;
  /** Checkpoints that it lists; null where it does not say. */
  readonly listed: readonly (string | number | boolean)[] | null;
  readonly templates: readonly { readonly name: string; readonly status: Status; readonly says: string }[];
}

export function lookedLines(
  accept: ComfyuiAccept,
  { findings, api, listed, templates }: Looked,
): readonly AcceptLine[] {
  const installed = stateOf(findings.filter(({ check }) => check === 'comfyui.installed'));
  const gpus = api.says === 'stats' ? api.devices.filter(({ type }) => type !== 'cpu') : [];
  return [
    line('it is installed', isOf(installed.status), installed.says),
    release(accept, api),
    model(accept, findings, listed),
    ...(templates.length === 0
      ? [line('its templates are valid', null, 'comfyui.accept names no templates.')]
      : templates.map(({ name, status, says }) => line(`template ${name} is valid`, isOf(status), says))),
    api.says === 'stats'
      ? line(
          'GET /system_stats and GET /queue answer',
          api.queue !== null,
          api.queue === null ? 'The queue does not.' : `In ${Math.round(api.ms)} ms.`,
        )
      : line('GET /system_stats and GET /queue answer', false, 'It does not answer as a ComfyUI does.'),
    api.says === 'stats'
      ? line(
          'it sees a GPU',
          gpus.length > 0,
          gpus.map(({ name }) => name).join(', ') || 'It has no device but the CPU.',
        )
      : line('it sees a GPU', null, 'It does not answer.'),
  ];
}

function release({ version }: ComfyuiAccept, api: ComfyuiApi): AcceptLine {
  if (api.says !== 'stats') return line('the release that runs', null, 'It does not answer.');
  if (version === undefined)
    return line('the release that runs', null, `It is ${api.version}; comfyui.accept names none.`);
  const is = api.version === version || api.version === `v${version}`;
  return line('the release that runs', is, `It is ${api.version}${is ? '' : `, and must be ${version}`}.`);
}

function model({ model: name }: ComfyuiAccept, findings: readonly Finding[], listed: Looked['listed']): AcceptLine {
  const about = 'its model is there, of its size';
  if (name === undefined) return line(about, null, 'comfyui.accept names no model.');
  if (listed === null) return line(about, null, 'It does not say which checkpoints it has.');
  if (!listed.includes(name))
    return line(about, false, `${name} is none of the ${listed.length} checkpoints that it lists.`);
  const own = stateOf(findings.filter(({ subject }) => subject.startsWith('model:') && subject.endsWith(`/${name}`)));
  if (own.status === 'not_applicable')
    return line(
      about,
      null,
      `It lists ${name}; declare its path and bytes under \`models\`, for its size to be judged.`,
    );
  return line(about, isOf(own.status), own.says);
}

/** What came of drawing one picture. */
export interface DrawnHere {
  readonly drawn: ComfyuiDrawn;
  readonly picture: ComfyuiPicture | null;
  readonly gpu: GpuSamples;
}

const wants = [
  'POST /prompt and GET /history/{id} answer',
  'it is drawn in time',
  'the GPU is used',
  'GPU memory stays below',
  'it is a PNG of its size',
];
/** All of them where nothing was drawn. */
export const undrawnLines = (why: string): readonly AcceptLine[] => wants.map((want) => line(want, null, why));

export function drawnLines(accept: ComfyuiAccept, { drawn, picture, gpu }: DrawnHere): readonly AcceptLine[] {
  const [prompt = '', time = '', use = '', memory = '', file = ''] = wants;
  if (drawn.is !== 'drawn') {
    const why = drawn.is === 'failed' ? `It could not be drawn: ${drawn.why}` : 'It was not drawn.';
    return [line(prompt, drawn.is === 'failed', why), ...undrawnLines(why).slice(1)];
  }
  return [
    line(prompt, true, 'A prompt of ours was taken, and its result is told.'),
    inTime(time, accept, drawn.seconds),
    ...used(use, memory, accept, gpu),
    whole(file, accept, picture),
  ];
}

function inTime(
  name: string,
  { seconds, model: named, width, height, steps }: ComfyuiAccept,
  took: number | null,
): AcceptLine {
  if (named === undefined) return line(name, null, 'comfyui.accept names no model: what was drawn needs no GPU.');
  if (took === null) return line(name, null, 'Its history does not say when it began and ended.');
  const says = `${width}×${height} in ${count(steps, 'step')} took ${durationText(took)}; it may take ${durationText(seconds)}.`;
  return line(name, took <= seconds, says);
}

function used(use: string, memory: string, accept: ComfyuiAccept, { samples, why }: GpuSamples): readonly AcceptLine[] {
  const none = accept.model === undefined ? 'comfyui.accept names no model: what was drawn needs no GPU.' : why;
  if (none !== null)
    return [line(use, null, `${none}.`.replace(/\.\.$/, '.')), line(memory, null, `${none}.`.replace(/\.\.$/, '.'))];
  const busy = samples.map(({ utilizationPercent }) => utilizationPercent);
  const mean = busy.reduce((sum, each) => sum + each, 0) / busy.length;
  const most = Math.max(...samples.map(({ usedBytes }) => usedBytes)) / 1e9;
  const { utilizationPercent, memoryGB } = accept;
  return [
    line(
      use,
      mean >= utilizationPercent,
      `${mean.toFixed(0)} % on the average of ${count(busy.length, 'look')} (${spark(busy, 100)}); at least ${utilizationPercent} %.`,
    ),
    line(memory, most <= memoryGB, `At most ${most.toFixed(1)} GB were in use; ${memoryGB} GB may be.`),
  ];
}

function whole(name: string, { width, height }: ComfyuiAccept, picture: ComfyuiPicture | null): AcceptLine {
  if (picture === null) return line(name, null, 'It names no picture.');
  if (picture.is === 'unread')
    return line(name, null, `Its file can not be read (${picture.errno}); it may have a temporary folder of its own.`);
  if (picture.is === 'other') return line(name, false, `Its ${picture.bytes} bytes are no PNG.`);
  const is = picture.width === width && picture.height === height;
  return line(
    name,
    is,
    `It is a PNG of ${picture.width}×${picture.height}${is ? '' : `, and must be of ${width}×${height}`}.`,
  );
}

const bars = '▁▂▃▄▅▆▇█';
/** Values one after the other, each as high as it is of the most that there can be. */
export const spark = (values: readonly number[], most: number): string =>
  values.map((value) => bars[Math.min(bars.length - 1, Math.floor((value / most) * bars.length))]).join('');
