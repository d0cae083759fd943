import { OpsError, opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Finding, Next, Status } from '../core/report.ts';
import { layerOf } from '../core/service.ts';
import type { Ops } from '../core/tool.ts';
import { backendsOf, type Backend } from '../generate/backend.ts';
import type { Failure, FailureCode } from '../generate/failure.ts';
import { narrowed } from './declared.ts';

/** A model server on its node. */
export interface At {
  readonly node: Node;
  readonly backend: Backend;
}

/** The model servers that are meant. Errors: `UNKNOWN_NODE`, `UNKNOWN_SERVICE`, and `USAGE` where none of them writes. */
export function serversOf(ops: Ops, nodes: readonly string[], service: string | undefined): readonly At[] {
  const meant = narrowed(ops.nodes(nodes), service);
  const servers = meant.flatMap((node) => backendsOf(node).map((backend) => ({ node, backend })));
  if (servers.length > 0) return servers;
  const names = meant.map(({ name }) => name).join(', ');
  throw new OpsError(
    'USAGE',
    `No service ${service === undefined ? '' : `${service} `}of ${names} is a model server.`,
    {
      hint: 'Declare one of kind ollama or llama, or with `speaks`, and a health URL that is asked on the node.',
    },
  );
}

/** What came of one server, or the finding for a node that can't be asked. Errors: those that are not a node's. */
export async function asked<T>(ops: Ops, { node }: At, work: () => Promise<T>): Promise<T | Finding> {
  try {
    return await work();
  } catch (thrown) {
    const error = opsError(thrown);
    if (error.kind.blame !== 'node') throw error;
    return ops.unreached(node, error);
  }
}

export const isFinding = (each: object): each is Finding => 'check' in each;

/** A finding about a model server. */
export const llmFinding = (
  { node, backend: { service } }: At,
  check: string,
  {
    status,
    summary,
    next = [],
    evidence = [],
  }: {
    readonly status: Status;
    readonly summary: string;
    readonly next?: readonly Next[];
    readonly evidence?: readonly string[];
  },
): Finding => ({
  node: node.name,
  check,
  subject: `service:${service.name}`,
  status,
  summary,
  layer: layerOf(service),
  service: service.name,
  role: 'finding',
  evidence: [...evidence],
  next,
});

/** Of a server that did not do what it was asked. */
export function failureFinding(at: At, check: string, { code, says }: Failure, evidence?: readonly string[]): Finding {
  const { node, backend } = at;
  const [status, what] = meanings[code];
  return llmFinding(at, check, {
    status,
    summary: `${backend.service.name} on ${node.name} ${what} (${code}): ${says}`,
    next: nextOf(at, code),
    ...(evidence && { evidence }),
  });
}

const meanings: Readonly<Record<FailureCode, readonly [Status, string]>> = {
  model_not_found: ['degraded', 'has no such model'],
  loading: ['degraded', 'still loads its model'],
  queue_full: ['degraded', 'has too much to do'],
  not_supported: ['degraded', 'can not do that'],
  out_of_memory: ['critical', 'has too little memory'],
  runner_died: ['critical', 'lost the program that runs the model'],
  host_not_allowed: ['degraded', 'refuses the host name that it is asked under'],
  unauthorized: ['degraded', 'wants another login'],
  prompt_too_long: ['degraded', 'has no room for so long a prompt'],
  bad_request: ['degraded', 'refuses the request'],
  server_error: ['critical', 'failed'],
  not_reached: ['critical', 'does not answer'],
  silent: ['critical', 'fell silent'],
  too_long: ['degraded', 'wrote more than is taken'],
  cut_off: ['critical', 'broke its answer off'],
  not_understood: ['unknown', 'answers what is not understood'],
};

function nextOf({ node: { name: node }, backend: { service } }: At, code: FailureCode): readonly Next[] {
  const models: Next = { say: 'See which models it has.', tool: 'llm_models', args: { nodes: [node] } };
  const logs: Next = { say: 'Read its log.', tool: 'log_tail', args: { node, service: service.name } };
  const triage: Next = { say: 'Find out why.', tool: 'node_triage', args: { nodes: [node] } };
  const byCode: Partial<Record<FailureCode, Next>> = {
    model_not_found: models,
    not_supported: models,
    loading: { say: 'Wait until it is loaded, and do not restart it: that begins anew.' },
    queue_full: { say: 'Ask again later, or another node.' },
    out_of_memory: { say: 'See what holds the GPU memory.', tool: 'gpu_status', args: { nodes: [node] } },
    runner_died: logs,
    host_not_allowed: { say: 'Declare its health URL with 127.0.0.1 or localhost.' },
    unauthorized: { say: 'Declare the login as headers of its health URL.' },
    prompt_too_long: { say: 'Ask for less, or for a larger contextTokens.' },
    bad_request: { say: 'Ask otherwise: it is as the server says.' },
    too_long: { say: 'Ask for fewer tokens.' },
  };
  return [byCode[code] ?? triage];
}
