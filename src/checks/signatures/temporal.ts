import { defineSignatures } from '../../core/signature.ts';

/** Why a Temporal worker, or an API that starts workflows, does not reach its server. */
export const temporal = defineSignatures([
  {
    id: 'TP-CONN',
    services: ['worker', 'api'],
    pattern:
      /Failed client connect: |tonic::transport::Error\(Transport, ConnectError|Failed to connect to Temporal at \S+ after \d+ attempts/,
    meaning: 'The Temporal server can not be reached',
    advice: 'Test name, port and route to the Temporal server from the node; start this service again once it answers.',
    restartHelps: 'after-fix',
    examples: [
      'RuntimeError: Failed client connect: Server connection error: tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:7233, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
      'Temporal connect attempt 3/90 failed: Failed client connect: Server connection error',
      'RuntimeError: Failed to connect to Temporal at temporal:7233 after 90 attempts: deadline exceeded',
    ],
    source: 'sdk-python bridge/src/client.rs; a worker that tries again',
  },
  {
    id: 'TP-TLS',
    services: ['worker', 'api'],
    pattern: /InvalidCertificate\(\w+\)|certificate (?:has expired|is not yet valid)/i,
    meaning: 'The certificate of the server is not accepted',
    advice: 'Look at the clock of the node first, then at the certificate authority that the service trusts.',
    restartHelps: 'no',
    examples: ['InvalidCertificate(UnknownIssuer)', 'certificate has expired or is not yet valid'],
    source: 'rustls',
  },
  {
    id: 'TP-RETRY',
    services: ['worker'],
    pattern: /gRPC call \w+ retried \d+ times/,
    meaning: 'The worker runs but its calls to the Temporal server keep failing',
    advice: 'See whether the task queue has pollers; if it has none, test the way to the Temporal server.',
    restartHelps: 'maybe',
    examples: ['WARN temporal_client::retry: gRPC call poll_activity_task_queue retried 12 times'],
    source: 'Temporal sdk-core',
  },
  {
    id: 'TP-POLL',
    services: ['worker'],
    pattern: /Poll failure: /,
    meaning: 'The Temporal server refuses to let the worker poll: a wrong namespace or missing rights',
    advice: 'Compare namespace and API key of the worker with what the server knows.',
    restartHelps: 'no',
    examples: ['RuntimeError: Poll failure: Unhandled grpc error when polling: Status { code: PermissionDenied'],
    source: 'sdk-python bridge/src/worker.rs',
  },
  {
    id: 'TP-NS',
    services: ['worker', 'api'],
    pattern: /Namespace \S+ (?:is )?not found|NOT_FOUND: Namespace/,
    meaning: 'The Temporal server has no such namespace',
    advice: 'Correct the namespace in the settings of the service.',
    restartHelps: 'no',
    examples: ['5 NOT_FOUND: Namespace nope is not found.'],
    source: 'Temporal client',
  },
  {
    id: 'TP-CPU',
    services: ['worker'],
    pattern: /Worker Identity[^:]{0,60}: (?:\S+@cpu\b|cpu@)|GPU worker disabled: torch unavailable/,
    meaning: 'CUDA was not visible when the worker started, so it serves the CPU queue',
    advice: 'See that the GPU is healthy and visible to the service, then restart the worker.',
    restartHelps: 'yes',
    examples: [
      'Worker Identity: gpu-node-7@cpu',
      'Worker Identity (auto-detected device): cpu@gpu-node-7',
      'GPU worker disabled: torch unavailable (libcudart.so.12: cannot open shared object file); continuing with cpu worker only.',
    ],
    source: 'a worker that names itself after the device it found',
  },
]);
