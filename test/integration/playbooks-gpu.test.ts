import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runShow } from '../../src/tools/run-show.ts';
import { crashingJob } from '../situations/herrings.ts';
import { dead, field, gpus, kernel, oldXid } from '../situations/gpu.ts';
import { fastapi, llama, llamaFails, llamaPort, modelPath, notLoaded, worker } from '../situations/parts.ts';
import { supervisorConfig } from '../support/planted-programs.ts';
import type { Part } from '../support/planted-node.ts';
import { nodeName, stages } from '../support/playing.ts';
import { has } from '../support/requires.ts';

const needed = ['sshd', 'supervisord', 'unshare', 'setpriv', 'python3'];
const { on, state, close } = stages();

const soon = { gpu: true, quietSeconds: 1, startSeconds: 20 };
const quick = llama({ declared: soon });
const pidOf = (name: string) => ['supervisorctl', '-c', supervisorConfig, 'pid', name] as const;

/** The kernel tells of an Xid of a program, as soon as the node is ready; its log is simulated. */
const hit = (program: string): Part => ({
  after: [
    `echo "[$(cut -d' ' -f1 /proc/uptime)0000] NVRM: Xid (PCI:0000:02:00): 31, pid=$(${program}), name=llama-server, Ch 0000000a, intr 00000000. MMU Fault: ENGINE GRAPHICS" >> /opt/situation/dmesg`,
  ],
});

/** The node says that it is no container, whatever this machine is: then the kernel numbers processes as the node does. */
const machine: Part = { before: ['rm -rf /.dockerenv /run/.containerenv'] };

const short = (gpu: string) => field('free', '100 MiB')(field('used', '24092 MiB')(gpu));
const held = (pid: number, name: string) => (gpu: string) =>
  short(gpu).replace(
    /<processes>\s*<\/processes>/,
    `<processes><process_info><pid>${pid}</pid><type>C</type><process_name>${name}</process_name><used_memory>24000 MiB</used_memory></process_info></processes>`,
  );

/** SIMULATED: nvidia-smi shows memory as free when the file that the stand-in for Ollama makes is there. */
function fullUntilUnloaded(): Part {
  const free = gpus().files?.['/opt/gpu/answer.xml'] ?? '';
  const full = gpus({
    second: short,
    script: 'cat "/opt/gpu/$([ -e /run/unloaded ] && echo free || echo answer).xml"',
  });
  return { ...full, files: { ...full.files, '/opt/gpu/free.xml': free } };
}

/** SIMULATED: a stand-in for Ollama that answers by its documentation, and has loaded what it is told. */
const ollamaProgram = (models: readonly string[]) => `import http.server, json, pathlib
loaded = ${JSON.stringify(models)}
class Ollama(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def tell(self, body):
        body = json.dumps(body).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        models = [{'name': name, 'digest': name, 'size_vram': 24000 * 1048576} for name in loaded]
        self.tell({'models': models} if self.path == '/api/ps' else {'version': '0.11.0'})
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if asked['keep_alive'] == 0 and asked['model'] in loaded:
            loaded.remove(asked['model'])
            pathlib.Path('/run/unloaded').touch()
        self.tell({'model': asked['model'], 'done': True, 'done_reason': 'unload'})
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', 11434), Ollama).serve_forever()
`;
const ollama = (...models: readonly string[]): Part => ({
  programs: [
    {
      name: 'ollama',
      path: '/usr/local/bin/ollama',
      told: {},
      section: { command: 'python3 -I -S /opt/ollama.py' },
      becomes: 'running',
    },
  ],
  files: { '/opt/ollama.py': ollamaProgram(models) },
  services: {
    ollama: {
      kind: 'ollama',
      manager: 'supervisor',
      config: supervisorConfig,
      health: [{ url: 'http://127.0.0.1:11434/api/version' }],
    },
  },
});

/** llama-server that gives up for want of memory, and starts once Ollama has given back its own. */
function llamaShort(): Part {
  const fails = llamaFails(
    'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory',
    ...notLoaded,
  );
  const part = llama({
    declared: soon,
    told: fails,
    becomes: 'failed',
    section: {
      command: `/bin/sh -c "[ ! -e /run/unloaded ] || export SITUATION_PROGRAM=llama-well; exec /usr/local/bin/llama-server --model ${modelPath} --port ${llamaPort}"`,
      startretries: '0',
      startsecs: '1',
    },
  });
  return {
    ...part,
    files: { ...part.files, '/opt/programs/llama-well.json': JSON.stringify(quick.programs?.[0]?.told) },
  };
}

describe.skipIf(!needed.every(has) || process.getuid?.() !== 0)(
  `playbooks of GPUs on planted nodes (needs root, ${needed.join(', ')})`,
  () => {
    beforeAll(() => void vi.stubEnv('RACKHAND_STATE', state));
    afterAll(close);

    test.concurrent('gpu_fault restarts the one service that an Xid has hit, and proves it', async () => {
      await on(
        [machine, gpus(), kernel(oldXid), quick, fastapi(), hit(pidOf('llama').join(' '))],
        async ({ plan, play, says }) => {
          const before = await says(...pidOf('llama'));
          const api = await says(...pidOf('fastapi'));
          const planned = await plan('gpu_fault');
          expect(planned).toMatchObject({ data: { nodes: [{ state: 'planned', remedy: 'restart_app' }] } });
          expect(await says(...pidOf('llama'))).toBe(before);
          const report = await play('gpu_fault');
          expect(report).toMatchObject({
            status: 'ok',
            data: { nodes: [{ state: 'verified', remedy: 'restart_app' }] },
          });
          expect(report.summary).toMatch(/Xid 31 .* hit llama-server \(pid \d+\).* and that still runs/);
          expect(await says(...pidOf('llama'))).not.toBe(before);
          expect(await says(...pidOf('fastapi'))).toBe(api);
          expect(report.data.nodes[0]?.digest).toBeTypeOf('string');
        },
      );
    });

    test.concurrent('gpu_fault does not call well what it can not tell in a container', async () => {
      const inside: Part = { files: { '/.dockerenv': '' } };
      await on([inside, gpus(), quick, hit(pidOf('llama').join(' '))], async ({ play, says }) => {
        const before = await says(...pidOf('llama'));
        const report = await play('gpu_fault');
        expect(report).toMatchObject({ status: 'unknown', data: { nodes: [{ state: 'unknown', runs: [] }] } });
        expect(report.summary).toMatch(/Whether it was llama that Xid 31 hit .* is not known/);
        expect(await says(...pidOf('llama'))).toBe(before);
      });
    });

    test.concurrent('gpu_fault leaves a GPU that is off the bus to a person, says how, and writes that down', async () => {
      const parts = [
        gpus({ shown: 1 }),
        { files: { '/opt/gpu/bus/pci/devices/0000:02:00.0/config': Uint8Array.of(0xff, 0xff, 0xff, 0xff) } },
        dead(true),
        crashingJob,
      ];
      await on(parts, async ({ call, play }) => {
        const report = await play('gpu_fault');
        expect(report).toMatchObject({
          status: 'critical',
          data: { nodes: [{ state: 'escalated', remedy: 'power_cycle' }] },
        });
        expect(report.summary).toMatch(/0000:02:00\.0 has fallen off the PCI bus.*cut its power for 30 s/);
        const [run = ''] = report.data.nodes[0]?.runs ?? [];
        expect(await call(runShow, { run })).toMatchObject({ data: { state: 'escalated' } });
      });
    });

    test.concurrent('a node whose GPUs are well is left alone by both, whatever is loud beside them', async () => {
      await on([gpus(), kernel(oldXid), quick, ollama('mistral:latest'), crashingJob], async ({ play, says }) => {
        const before = await says(...pidOf('llama'));
        for (const playbook of ['gpu_fault', 'vram_free']) {
          const report = await play(playbook);
          expect(report, playbook).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'well', runs: [] }] } });
          expect(report.summary).toBe(`${nodeName}: There is nothing to do: ${playbook} finds it well.`);
        }
        expect(await says(...pidOf('llama'))).toBe(before);
        expect(await says('sh', '-c', 'ls /run/unloaded 2>/dev/null || echo none')).toBe('none\n');
      });
    });

    test.concurrent('vram_free has Ollama give back what it holds, and looks that there is room', async () => {
      await on([fullUntilUnloaded(), quick, ollama('mistral:latest'), crashingJob], async ({ play }) => {
        const report = await play('vram_free');
        expect(report).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'verified', remedy: 'unload' }] } });
        expect(report.data.nodes[0]?.answers[0]).toMatchObject({ asks: 'Is GPU memory left?', status: 'ok' });
        expect(report.summary).toContain('ollama can give back what it holds');
      });
    });

    test.concurrent('vram_free starts again what had run out of memory, once there is room', async () => {
      await on([fullUntilUnloaded(), llamaShort(), worker(), ollama('mistral:latest')], async ({ play, says }) => {
        const other = await says(...pidOf('worker-gpu'));
        const report = await play('vram_free');
        expect(report).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'verified', remedy: 'start_again' }] } });
        expect(report.data.nodes[0]?.runs).toHaveLength(2);
        expect(await says(...pidOf('worker-gpu'))).toBe(other);
      });
    });

    test.concurrent('vram_free names a stranger with its pid and never ends it', async () => {
      const stranger: Part = {
        before: ['sh -c "echo \\$\\$ > /opt/pid; exec sleep 600" &', 'until [ -s /opt/pid ]; do sleep 0.02; done'],
      };
      const script = 'sed "s/@STRANGER@/$(cat /opt/pid)/" /opt/gpu/answer.xml';
      const full = gpus({ second: (gpu) => held(0, 'python3')(gpu).replace('<pid>0<', '<pid>@STRANGER@<'), script });
      await on([machine, full, stranger, quick, ollama()], async ({ play, says }) => {
        const pid = (await says('cat', '/opt/pid')).trim();
        const report = await play('vram_free');
        expect(report).toMatchObject({ data: { nodes: [{ state: 'escalated', remedy: 'foreign' }] } });
        expect(report.summary).toContain(`pid ${pid}`);
        expect(report.summary).toContain('It is not ours to end.');
        expect(await says('cat', `/proc/${pid}/comm`)).toBe('sleep\n');
      });
    });
  },
);
