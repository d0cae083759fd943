import { captured } from '../core/capture.ts';
import { run, type ExecReply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, defineProbe } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { gpuDriver } from './gpu-driver.ts';
import { nvidiaSmiXml, type NvidiaSmiLog } from './nvidia-smi-xml.ts';

/** What became of asking nvidia-smi. */
export type GpuDevices =
  /** Neither driver nor program: it was not run. */
  | { readonly state: 'absent' }
  /** Another nvidia-smi hangs in the kernel: it was not run, for it would hang too. */
  | { readonly state: 'stuck'; readonly pid: number; readonly seconds: number }
  | { readonly state: 'failed'; readonly exitCode: number | null; readonly said: string }
  | ({ readonly state: 'answered'; readonly exitCode: number | null; readonly seconds: number } & NvidiaSmiLog);

/** As long as we would wait for an answer ourselves. */
const stuckSeconds = 20;

// Each column is read from /proc/PID/stat, never from a command line, which would hang with the process it belongs to.
const processes = run(['ps', '-eo', 'pid=,stat=,etimes=,comm='], { bytes: 1_048_576 });
const nvidiaSmi = (program: string, become: 'sudo' | undefined) =>
  run([program, '-q', '-x'], { become, wedges: true, deadlineMs: stuckSeconds * 1_000, bytes: 4 * 1024 ** 2 });

export const gpuDevices = defineProbe({
  name: 'gpu.devices',
  summary: 'Each GPU as the driver reports it',
  *steps({ become }: { readonly become?: 'sudo' | undefined }) {
    const { kernelVersion, program } = yield* gpuDriver.steps({});
    if (kernelVersion === null && program === null) return absent;
    const stuck = stuckIn(captured((yield* ask(processes)).stdout));
    if (stuck !== null) return stuck;
    const reply = yield* ask(nvidiaSmi('nvidia-smi', become));
    // A session without a login may lack the folder in its PATH.
    return answerOf(reply.exitCode === 127 && program !== null ? yield* ask(nvidiaSmi(program, become)) : reply);
  },
});

const absent: GpuDevices = { state: 'absent' };

function stuckIn(list: string): GpuDevices | null {
  for (const [, pid, seconds] of list.matchAll(/^ *(\d+) +D\S* +(\d+) +nvidia-smi$/gm)) {
    if (Number(seconds) >= stuckSeconds) return { state: 'stuck', pid: Number(pid), seconds: Number(seconds) };
  }
  return null;
}

function answerOf({ stdout, stderr, exitCode, signal, ms }: ExecReply): GpuDevices {
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
  return { state: 'answered', exitCode, seconds: ms / 1_000, ...log, complaints: [...log.complaints, ...complaints] };
}
