import { captured } from '../core/capture.ts';
import { run, type ExecReply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { gpuDriver } from './gpu-driver.ts';
import { stuckInDriver, stuckSeconds, type StuckProcess } from './gpu-stuck.ts';
import { nvidiaSmiXml, type NvidiaSmiLog } from './nvidia-smi-xml.ts';

/** What became of asking nvidia-smi. */
export type GpuDevices =
  /** Neither driver nor program: it was not run. */
  | { readonly state: 'absent' }
  /** A process hangs in the driver already: it was not run, for it would hang too. */
  | ({ readonly state: 'stuck' } & StuckProcess)
  /** It was run and did not end in time, or an earlier one of ours has not ended yet. */
  | { readonly state: 'silent'; readonly said: string }
  | { readonly state: 'failed'; readonly exitCode: number | null; readonly said: string }
  /** `at` is epoch ms here, for what is counted between two answers. */
  | ({
      readonly state: 'answered';
      readonly exitCode: number | null;
      readonly seconds: number;
      readonly at: number;
    } & NvidiaSmiLog);

const nvidiaSmi = (program: string, become: 'sudo' | undefined) =>
  run([program, '-q', '-x'], {
    become,
    wedges: true,
    deadlineMs: stuckSeconds * 1_000,
    silence: 'tells',
    bytes: 4 * 1024 ** 2,
  });

/** Only nvidia-smi knows what goes on inside of a GPU. The processes of the node are looked at first: see `stuckInDriver`. */
export const gpuDevices = defineProbe({
  name: 'gpu.devices',
  summary: 'Each GPU as the driver reports it',
  *steps({ become }: { readonly become?: 'sudo' | undefined }): Asking<GpuDevices> {
    const { kernelVersion, program } = yield* gpuDriver.steps({});
    if (kernelVersion === null && program === null) return { state: 'absent' };
    const stuck = yield* stuckInDriver();
    if (stuck !== null) return { state: 'stuck', ...stuck };
    const reply = yield* ask(nvidiaSmi('nvidia-smi', become));
    // A session without a login may lack the folder in its PATH.
    return answerOf(reply.exitCode === 127 && program !== null ? yield* ask(nvidiaSmi(program, become)) : reply);
  },
});

function answerOf({ stdout, stderr, exitCode, signal, at, ms }: ExecReply): GpuDevices {
  if (exitCode === null && signal === null) return { state: 'silent', said: captured(stderr) };
  if (stdout.omittedBytes > 0) {
    throw new OpsError('OUTPUT_UNREADABLE', `nvidia-smi wrote ${stdout.totalBytes} bytes, more than can be read.`);
  }
  const text = clean(captured(stdout));
  const complaints = clean(captured(stderr)).split('\n').filter(Boolean);
  const log = nvidiaSmiXml(text);
  if (log === null) {
    const said = [text.trim(), ...complaints, ...(signal === null ? [] : [`ended by ${signal}`])]
      .filter(Boolean)
      .join('\n');
    return { state: 'failed', exitCode, said };
  }
  return {
    state: 'answered',
    exitCode,
    seconds: ms / 1_000,
    at,
    ...log,
    complaints: [...log.complaints, ...complaints],
  };
}
