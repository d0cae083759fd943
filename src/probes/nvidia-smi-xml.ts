import { parseXml, type XmlDocument } from '@rgrove/parse-xml';
import { OpsError } from '../core/errors.ts';
import { nvidiaSmiElement } from './nvidia-smi-element.ts';
import { nvidiaSmiGpu, type Gpu } from './nvidia-smi-gpu.ts';

/** What `nvidia-smi -q -x` wrote, of any driver since 418. */
export interface NvidiaSmiLog {
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  /** As it counts them itself. */
  readonly attachedGpus: number | null;
  readonly gpus: readonly Gpu[];
  /** Lines around the XML: complaints about GPUs that it then leaves out. */
  readonly complaints: readonly string[];
}

const opening = '<nvidia_smi_log';
const closing = '</nvidia_smi_log>';

/** Null where there is no XML at all. Errors: `OUTPUT_UNREADABLE` for XML that is cut off or broken. */
export function nvidiaSmiXml(text: string): NvidiaSmiLog | null {
  const start = text.indexOf(opening);
  if (start < 0) return null;
  const end = text.lastIndexOf(closing);
  if (end < start) {
    throw new OpsError('OUTPUT_UNREADABLE', `nvidia-smi's XML breaks off after ${text.length - start} characters.`, {
      hint: 'It was ended or cut while it wrote: look again, and see whether the node ends it (memory, disk).',
    });
  }
  const complaints = `${text.slice(0, start)}\n${text.slice(end + closing.length)}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^<[?!]/.test(line));
  const log = nvidiaSmiElement(parsed(text.slice(start, end + closing.length)));
  const lost = complaints.map(lostIndex);
  const indexes = Array.from({ length: 1024 }, (_, index) => index).filter((index) => !lost.includes(index));
  return {
    driverVersion: log.text('nvidia_smi_log/driver_version', 'nvidia_smi_log/kmd_version'),
    cudaVersion: log.text('nvidia_smi_log/cuda_version'),
    attachedGpus: log.number('nvidia_smi_log/attached_gpus'),
    gpus: log.elements('nvidia_smi_log/gpu').map((gpu, position) => nvidiaSmiGpu(gpu, indexes[position] ?? position)),
    complaints,
  };
}

/** The number that a complaint gives a GPU: `... device handle for GPU1: 0000:34:00.0: Unknown Error`. */
const lostIndex = (complaint: string): number => Number(/\bGPU ?(\d+): /.exec(complaint)?.[1] ?? -1);

function parsed(xml: string): XmlDocument {
  try {
    // The command line of a process may hold a bare ampersand.
    return parseXml(xml.replace(/&(?!#?\w{1,8};)/g, '&amp;'));
  } catch (cause) {
    throw broken(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause));
  }
}

const broken = (why: string) => new OpsError('OUTPUT_UNREADABLE', `nvidia-smi's XML is broken: ${why}`);
