/** Directories that fill disks of GPU nodes: what they hold, and how room comes back there. */
interface Cache {
  readonly path: RegExp;
  /** Paths that it is about, and no row before it. */
  readonly examples: readonly string[];
  readonly holds: string;
  readonly free: string;
}

/** Sources: the documentation of each program; the first row that fits counts. */
export const diskCaches: readonly Cache[] = [
  {
    path: /\/(?:\.cache\/)?huggingface(?:\/|$)|\/hub\/models--/,
    examples: ['/root/.cache/huggingface', '/data/huggingface/hub', '/workspace/.hf_home/hub/models--org--name'],
    holds: 'Hugging Face cache',
    free: 'See what no service uses with `hf cache ls` (older: `huggingface-cache scan-cache`) and delete those revisions.',
  },
  {
    path: /\/\.cache\/pip(?:\/|$)/,
    examples: ['/home/app/.cache/pip'],
    holds: 'pip cache',
    free: 'Empty the pip cache: `pip cache purge`.',
  },
  {
    path: /\/\.cache\/uv(?:\/|$)/,
    examples: ['/root/.cache/uv/archive-v0'],
    holds: 'uv cache',
    free: 'Empty the uv cache: `uv cache prune`.',
  },
  {
    path: /\/(?:ana|mini)?(?:conda|forge)\d*\/pkgs(?:\/|$)/,
    examples: ['/opt/conda/pkgs', '/root/miniconda3/pkgs'],
    holds: 'conda packages',
    free: 'Empty the conda cache: `conda clean --all`.',
  },
  {
    path: /\/\.cache\/(?:torch|torch_extensions|vllm)(?:\/|$)|\/\.triton(?:\/|$)|\/\.nv(?:\/|$)/,
    examples: ['/root/.cache/torch/hub', '/root/.triton/cache', '/root/.nv/ComputeCache'],
    holds: 'compiled kernels and weights of torch',
    free: 'Delete them while no service starts: they are made again, which makes the next start slow.',
  },
  {
    path: /\/var\/lib\/(?:docker|containerd|containers)(?:\/|$)/,
    examples: ['/var/lib/docker/overlay2', '/var/lib/containerd'],
    holds: 'images and containers',
    free: 'See `docker system df`; a person decides which images and volumes may go.',
  },
  {
    path: /\/\.?ollama(?:\/|$)/,
    examples: ['/root/.ollama/models', '/usr/share/ollama'],
    holds: 'models of ollama',
    free: 'See `ollama list` and remove models that nobody uses with `ollama rm`.',
  },
  {
    path: /\/comfyui\/(?:output|temp|input)(?:\/|$)/i,
    examples: ['/workspace/ComfyUI/output'],
    holds: 'pictures of ComfyUI',
    free: 'Move the pictures of ComfyUI away; its temp folder may be emptied while it does not run.',
  },
  {
    path: /\/var\/log\/journal(?:\/|$)/,
    examples: ['/var/log/journal'],
    holds: 'the journal',
    free: 'Shorten the journal: `journalctl --vacuum-size=500M`.',
  },
  {
    path: /^\/var\/log(?:\/|$)|\/logs?$/,
    examples: ['/var/log', '/srv/app/logs'],
    holds: 'logs',
    free: 'Shorten logs in place (truncate -s 0): a deleted log that is still open frees nothing.',
  },
  {
    path: /^\/var\/lib\/(?:systemd\/coredump|apport)(?:\/|$)|^\/var\/crash(?:\/|$)/,
    examples: ['/var/lib/systemd/coredump', '/var/crash'],
    holds: 'core dumps',
    free: 'Keep the newest core dump, delete the others.',
  },
  {
    path: /^\/var\/cache\/apt(?:\/|$)/,
    examples: ['/var/cache/apt/archives'],
    holds: 'packages of apt',
    free: 'Empty the cache of apt: `apt-get clean`.',
  },
  {
    path: /\/checkpoints?(?:-\d+)?(?:\/|$)/,
    examples: ['/workspace/run/checkpoint-500', '/data/checkpoints'],
    holds: 'checkpoints',
    free: 'Delete checkpoints that training no longer needs; a person decides which.',
  },
  {
    path: /^\/(?:var\/)?tmp(?:\/|$)/,
    examples: ['/tmp', '/var/tmp/x'],
    holds: 'temporary files',
    free: 'Delete old files there that no process has open.',
  },
];

export const cacheAt = (path: string): Cache | undefined => diskCaches.find((cache) => cache.path.test(path));
