import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { freePort } from './sshd.ts';
import { until } from './until.ts';

/** A real Temporal dev server on loopback, kept in memory only. */
export interface Temporal {
  readonly address: string;
  readonly http: string;
  /** Long polls a queue like a worker, until the function that comes back is called. */
  poll(type: 'Activity' | 'Workflow', queue: string, identity: string): Promise<() => void>;
  /** A workflow whose first task waits in the queue. */
  startWorkflow(queue: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startTemporal(): Promise<Temporal> {
  const [port, httpPort] = [await freePort(), await freePort()];
  const words = ['server', 'start-dev', '--headless', '--ip=127.0.0.1', '--log-level=never'];
  const server = spawn('temporal', [...words, `--port=${port}`, `--http-port=${httpPort}`], { stdio: 'ignore' });
  const atExit = () => server.kill('SIGKILL');
  process.once('exit', atExit);
  const address = `127.0.0.1:${port}`;
  const http = `http://127.0.0.1:${httpPort}`;
  const namespace = `${http}/api/v1/namespaces/default`;
  const isUp = () =>
    fetch(`${namespace}/task-queues/up?taskQueueType=TASK_QUEUE_TYPE_ACTIVITY`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isUp, 60_000);
  return {
    address,
    http,
    async poll(type, queue, identity) {
      const stop = poll(address, type, queue, identity);
      const known = async () => {
        const about = `${encodeURIComponent(queue)}?taskQueueType=TASK_QUEUE_TYPE_${type.toUpperCase()}`;
        return (await (await fetch(`${namespace}/task-queues/${about}`)).text()).includes(identity);
      };
      await until(known);
      return stop;
    },
    async startWorkflow(queue) {
      const body = JSON.stringify({ workflowType: { name: 'any' }, taskQueue: { name: queue } });
      await fetch(`${namespace}/workflows/of-${queue}`, { method: 'POST', body });
    },
    async stop() {
      process.off('exit', atExit);
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

const field = (number: number, bytes: Buffer) => Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
const text = (number: number, value: string) => field(number, Buffer.from(value));

/** One poll, as an SDK would send it: gRPC is a protobuf message behind five bytes, over HTTP/2. */
function poll(address: string, type: string, queue: string, identity: string): () => void {
  const message = Buffer.concat([text(1, 'default'), field(2, text(1, queue)), text(3, identity)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const session = connect(`http://${address}`);
  session.on('error', () => undefined);
  const request = session.request({
    ':method': 'POST',
    ':path': `/temporal.api.workflowservice.v1.WorkflowService/Poll${type}TaskQueue`,
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': '70S',
  });
  request.on('error', () => undefined);
  request.end(Buffer.concat([head, message]));
  return () => session.destroy();
}
