/** A later part of Rackhand. */
type Part = 'compose' | 'Ollama' | 'ComfyUI' | 'generation on request' | 'changes and rollback';

/** A thing that people who run GPU nodes look at, and what of Rackhand looks at it. */
type CatalogRow = { readonly id: string; readonly title: string } & (
  | {
      /** Checks and tools. */
      readonly by: readonly string[];
      /** What of it they leave out. */
      readonly but?: string;
    }
  | { readonly later: Part }
  | { readonly outOfReach: string }
);

/** The catalog of checks of the field, row by row: what is built, what comes, and what does not. */
export const catalogRows: readonly CatalogRow[] = [
  {
    id: 'node.identity',
    title: 'which machine this is, and which boot',
    by: ['node.identity'],
    but: 'that the machine was booted since the last look is not reported',
  },
  { id: 'node.env', title: 'what the login may use on the node', by: ['fleet_check'] },
  { id: 'node.load', title: 'whether CPUs are saturated', by: ['node.load', 'node.klog'] },
  { id: 'node.mem', title: 'memory of the host', by: ['node.memory'] },
  { id: 'node.oom', title: 'kills for lack of memory', by: ['node.oom'] },
  { id: 'node.dstate', title: 'tasks stuck in the kernel, and zombies', by: ['node.stuck'] },
  { id: 'node.klog', title: 'faults in the kernel log', by: ['node.klog', 'mount.writable'] },
  {
    id: 'node.clock',
    title: 'the clock',
    by: ['node.clock'],
    but: 'whether a time service keeps it in step is not asked',
  },
  { id: 'node.dns', title: 'finding addresses of names', by: ['node.names'] },
  { id: 'node.fds', title: 'open files and process numbers', by: ['node.handles', 'service.limits'] },
  { id: 'node.ports', title: 'who listens on the expected ports', by: ['service.ports'] },
  { id: 'sto.space', title: 'room on disks', by: ['node.disk'], but: 'what a download will need is not known' },
  { id: 'sto.inodes', title: 'inodes', by: ['node.disk'] },
  {
    id: 'sto.deleted',
    title: 'deleted files that are still open',
    by: ['node.disk'],
    but: 'looked for only where room runs out',
  },
  { id: 'sto.ro', title: 'read-only filesystems', by: ['mount.writable'], but: 'no file is written to prove it' },
  { id: 'sto.fuse', title: 'FUSE programs that died or hang', by: ['mount.alive'] },
  { id: 'sto.nfs', title: 'network filesystems', by: ['mount.alive', 'node.klog'] },
  { id: 'mdl.exists', title: 'a model is a file that its service can read', by: ['model.present'] },
  { id: 'mdl.stable', title: 'a model is no longer written', by: ['model.stable', 'model.writers'] },
  { id: 'mdl.magic', title: 'a model is of the format that it claims', by: ['model.complete'] },
  {
    id: 'mdl.size',
    title: 'a model has the length and the hash that it should',
    by: ['model.complete', 'model.shards', 'model_verify'],
  },
  { id: 'mdl.read', title: 'the bytes of a model really come', by: ['model.read', 'model.filled'] },
  { id: 'mdl.visible', title: 'the service sees the file that the node sees', by: ['model.visible', 'model.present'] },
  { id: 'gpu.pci', title: 'GPUs on the PCI bus, without their driver', by: ['gpu.pci'] },
  { id: 'gpu.wedged', title: 'nvidia-smi itself hangs', by: ['gpu.wedged'] },
  { id: 'gpu.driver', title: 'driver and library fit each other', by: ['gpu.driver'] },
  { id: 'gpu.nvml', title: 'nvidia-smi answers', by: ['gpu.nvml'] },
  { id: 'gpu.count', title: 'as many GPUs as expected', by: ['gpu.count'] },
  { id: 'gpu.recovery', title: 'what the driver recommends', by: ['gpu.recovery'] },
  { id: 'gpu.xid', title: 'Xid events', by: ['gpu.xid'] },
  { id: 'gpu.ecc', title: 'uncorrected memory errors', by: ['gpu.ecc'] },
  { id: 'gpu.sramthr', title: 'the flag for too many SRAM errors', by: ['gpu.sram'] },
  { id: 'gpu.remap', title: 'remapped memory rows', by: ['gpu.remap', 'gpu.repair'] },
  { id: 'gpu.retired', title: 'retired memory pages', by: ['gpu.retired'] },
  { id: 'gpu.temp', title: 'temperature', by: ['gpu.temperature'] },
  { id: 'gpu.throttle', title: 'why clocks are low', by: ['gpu.throttle'] },
  { id: 'gpu.power', title: 'power limit', by: ['gpu.power'] },
  { id: 'gpu.pcie', title: 'the PCIe link', by: ['gpu.pcie'] },
  { id: 'gpu.mem', title: 'free GPU memory', by: ['gpu.memory'], but: 'what the next service needs is not known' },
  { id: 'gpu.procs', title: 'who holds GPU memory', by: ['gpu.procs', 'gpu_status'] },
  { id: 'gpu.attached', title: 'a service really works on its GPU', by: ['gpu.attached', 'llm.offload'] },
  { id: 'gpu.uvm', title: 'the device files that CUDA needs', by: ['gpu.uvm'] },
  {
    id: 'gpu.cuda',
    title: 'CUDA really starts',
    outOfReach:
      'it would take a program that runs on the GPU; gpu.uvm, gpu.attached and the log signatures show most of what keeps it from starting',
  },
  { id: 'gpu.persist', title: 'persistence', by: ['gpu.persist'] },
  {
    id: 'gpu.mig',
    title: 'split GPUs',
    by: ['gpu.mig'],
    but: 'an instance that a service names and that is gone does not show',
  },
  { id: 'gpu.fabric', title: 'the NVSwitch fabric', by: ['gpu.fabric'] },
  {
    id: 'gpu.nvlink',
    title: 'NVLinks one by one',
    outOfReach:
      'it would take one more program of the driver in each look; gpu.fabric and the Xids of gpu.xid show links that fail',
  },
  { id: 'gpu.unified', title: 'machines whose GPU shares the memory', by: ['gpu.memory', 'node.memory'] },
  { id: 'amd.present', title: 'AMD GPUs and their device files', by: ['amd.present'] },
  { id: 'amd.smi', title: 'what AMD GPUs tell of themselves', by: ['amd.smi'] },
  { id: 'amd.klog', title: 'faults of the amdgpu driver', by: ['amd.klog'] },
  { id: 'sup.reach', title: 'supervisord answers', by: ['manager.reach'] },
  { id: 'sup.procs', title: 'states of its programs', by: ['service.running'] },
  { id: 'sup.flap', title: 'programs that end over and over', by: ['service.flap'] },
  { id: 'sup.config', title: 'configuration that was not loaded', by: ['service.config'] },
  { id: 'pm2.daemon', title: 'the pm2 daemon, without starting one', by: ['manager.reach'] },
  { id: 'pm2.procs', title: 'states of its apps', by: ['service.running', 'service.flap'] },
  { id: 'pm2.orphans', title: 'apps that outlived their daemon', by: ['manager.orphans', 'service.ports'] },
  { id: 'doc.engine', title: 'the Docker engine answers', by: ['manager.reach', 'docker.engine', 'stack.profile'] },
  { id: 'doc.ps', title: 'services of a compose project', by: ['service.running', 'service_list'] },
  { id: 'doc.inspect', title: 'why a container stopped', by: ['service.container', 'service.running', 'service.flap'] },
  { id: 'doc.gpu', title: 'the GPU inside a container', by: ['container.gpu'] },
  { id: 'doc.runtime', title: 'the NVIDIA runtime of the engine', by: ['stack.toolkit'] },
  { id: 'sd.unit', title: 'systemd units', by: ['service.running', 'service.flap', 'service.config'] },
  { id: 'api.health', title: 'health of a FastAPI service, with its body', by: ['service.health'] },
  { id: 'api.boot', title: 'why it does not start', by: ['service.log'] },
  { id: 'llm.health', title: 'health of llama-server', by: ['service.health', 'service.wait'] },
  { id: 'llm.offload', title: 'layers of the model on the GPU', by: ['llm.offload'] },
  { id: 'llm.wait', title: 'a start script that waits for its model', by: ['service.wait', 'service.flap'] },
  { id: 'llm.smoke', title: 'an answer of one token', by: ['llm_probe'] },
  { id: 'oll.health', title: 'Ollama', by: ['stack.health', 'ollama.spill', 'ollama.models', 'llm_models'] },
  { id: 'cui.health', title: 'ComfyUI', by: ['comfyui.api', 'comfyui_health'] },
  { id: 'cui.nodes', title: 'custom nodes of ComfyUI', by: ['comfyui.nodes'] },
  {
    id: 'cui.mount',
    title: 'what one image of ComfyUI asks of its mount',
    by: ['comfyui.storage', 'comfyui.mounts', 'comfyui.room', 'comfyui.data', 'comfyui.setup'],
  },
  { id: 'tmp.reach', title: 'the Temporal frontend, from the node', by: ['tmp.reach'] },
  { id: 'tmp.pollers', title: 'workers poll the queue', by: ['tmp.pollers', 'queue_check'] },
  { id: 'tmp.backlog', title: 'what waits in the queue', by: ['tmp.backlog', 'queue_check'] },
  {
    id: 'tmp.worker',
    title: 'the process of a worker and its log',
    by: ['tmp.worker', 'service.running', 'service.log'],
  },
  { id: 'wsp.device', title: 'on what Whisper runs', by: ['wsp.device'] },
  { id: 'net.egress', title: 'the way to the model store', by: ['net.egress'] },
  { id: 'net.mtu', title: 'network interfaces', by: ['net.link'] },
  {
    id: 'log.tail',
    title: 'bounded reading of logs',
    by: ['log_tail', 'log_search'],
    but: 'a log that falls silent is not reported',
  },
  { id: 'roll.point', title: 'a point to roll back to', later: 'changes and rollback' },
];
