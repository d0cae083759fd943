import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import { unitOf, type Service } from '../core/service.ts';
import { serviceDevices, type ServiceDevices } from '../probes/service-devices.ts';
import { serviceLogs } from '../probes/service-logs.ts';
import { logBytes } from '../core/service-manager.ts';
import { managerOf } from './managed.ts';
import { offloadSaid } from './offload-lines.ts';

/**
 * A service that should compute on a GPU and quietly does so on the CPU: its health stays good, and it is slow.
 *
 * An open device does not prove that it computes there, for initialising CUDA opens it; no open device proves that it
 * does not. Sources: llama.cpp#27923 and a CUDA build of it that was run here without a driver.
 */
export const gpuAttached = defineCheck({
  name: 'gpu.attached',
  summary: 'Each service that must hold a GPU holds one, and has not fallen back to the CPU',
  layer: 'inference',
  rule: 'Critical when the log says CPU, or no process of the service has a GPU device open, which is degraded in its first `youngSeconds`; unknown when open files may not be seen and the log does not tell.',
  unseen: 'Whether it computes there: an open device proves only that CUDA was asked for.',
  subjects: services(({ gpu, manager }) => gpu && manager !== 'none'),
  needs(service, node) {
    const { manager, place, units } = managerOf(service, node);
    const unit = unitOf(service);
    return {
      held: need(serviceDevices, { manager, place, units, unit, become: service.become }),
      logs: need(serviceLogs, { manager, place, unit, logs: service.logs, bytes: logBytes }),
    };
  },
  evaluate({ held, logs }, service, node): Verdict {
    const { name } = service;
    if (held.pid === null) return { status: 'not_applicable', summary: `${name} does not run; see service.running.` };
    const said = offloadSaid(logs);
    if (said?.tells === 'cpu') {
      return fallback(
        node,
        `${name} computes on the CPU, although it must on a GPU: it says "${shortened(said.line)}".`,
      );
    }
    if (held.devices.length > 0) {
      const proof =
        said === undefined ? 'which does not prove that it computes there' : `and says "${shortened(said.line)}"`;
      return { status: 'ok', summary: `${name} holds ${held.devices.join(', ')}, ${proof}.` };
    }
    return unproven(held, service, said !== undefined) ?? withoutDevice(held, service, node);
  },
});

/** Where not all could be seen, the lack of a device proves nothing. */
function unproven(
  { denied, unseen, processes }: ServiceDevices,
  service: Service,
  saysGpu: boolean,
): Verdict | undefined {
  if (denied === 0 && unseen === 0 && processes > 0) return undefined;
  const { name, become } = service;
  if (saysGpu) return { status: 'ok', summary: `${name} says in its log that it computes on a GPU.` };
  if (processes === 0) return { status: 'unknown', summary: `${name} ended while it was looked at.` };
  const why =
    denied > 0
      ? `the login user may not see the open files of ${denied} of its ${count(processes, 'process', 'processes')}`
      : `not all of its processes and open files were looked at (${unseen} were not)`;
  return {
    status: 'unknown',
    summary: `Whether ${name} holds a GPU is not known: ${why}.`,
    next:
      denied > 0 && become === undefined
        ? [{ say: `Declare \`become: sudo\` for ${name}, or log in as the user that it runs as.` }]
        : [],
  };
}

function withoutDevice({ uptimeSeconds, processes }: ServiceDevices, service: Service, node: Node): Verdict {
  const { name, kind } = service;
  // Ollama's server starts a process for each model that is loaded, and that one holds the GPU.
  if (kind === 'ollama' && processes === 1) {
    return { status: 'ok', summary: `${name} has no model loaded now, so it holds no GPU.` };
  }
  const { youngSeconds } = node.thresholds;
  const of = `no GPU device is open in ${processes === 1 ? 'its process' : `any of its ${processes} processes`}`;
  if (uptimeSeconds !== null && uptimeSeconds < youngSeconds) {
    return {
      status: 'degraded',
      summary: `${name} holds no GPU yet: ${of}, ${durationText(uptimeSeconds)} after its start (looked at again after ${youngSeconds} s).`,
      // It has just been started: a restart would only begin that anew.
      restartHelps: 'no',
    };
  }
  return fallback(node, `${name} computes on the CPU, although it must on a GPU: ${of}.`);
}

const fallback = (node: Node, summary: string): Verdict => ({
  status: 'critical',
  summary,
  // It helps where the GPU is well, which is for the checks of the GPU to say.
  restartHelps: 'maybe',
  next: [lookFirst(node)],
});

const lookFirst = (node: Node): Next => ({
  say: 'See that the GPUs of the node are well; only then start this service again. If it stays so, its program was built or started without its GPU.',
  tool: 'gpu_status',
  args: { nodes: [node.name] },
});

const shortened = (line: string): string => (line.length <= 120 ? line : `${line.slice(0, 119)}…`);
