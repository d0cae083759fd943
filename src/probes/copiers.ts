/** Programs that copy or download files. `sftp` and `scp` end on a node in the server halves of sshd. */
const copiers: ReadonlySet<string> = new Set(
  (
    'wget wget2 curl aria2c axel lftp rclone rsync scp sftp sftp-server cp mv dd cat tee pv tar unzip unzstd gunzip zstd ' +
    'aws s5cmd s3cmd gsutil gcloud azcopy mc hf huggingface-cli modelscope git git-lfs git-remote-http oras skopeo croc nc ncat ' +
    'socat syncthing qbittorrent-nox transmission-daemon ollama'
  ).split(' '),
);

/** Programs that open a model to read it: what they hold open is not worth a look. */
const readers: ReadonlySet<string> = new Set(
  'llama-server llama-cli llama-bench llama-run llamafile koboldcpp whisper-server whisper-cli vllm text-generation-launcher sha256sum'.split(
    ' ',
  ),
);

const libraries = /snapshot_download|hf_hub_download|hf_transfer|huggingface_hub/;
/** An interpreter or a wrapper comes first, its options, then what it runs. */
const wordsLooked = 5;

/** What a command line copies with, or undefined; `cat` and `tee` stand for the shell that redirects them. */
export function copierIn(args: string): string | undefined {
  const names = programs(args);
  if (names.some((name) => readers.has(name))) return undefined;
  const copier = names.find((name) => copiers.has(name));
  if (copier !== undefined) return copier;
  if (/^sshd.*(?:internal-sftp|@notty)/.test(args)) return 'sftp';
  return libraries.test(args) ? 'huggingface_hub' : undefined;
}

/** Whether a command line names a file and is no program that only reads models. */
export const mayWrite = (args: string, name: string): boolean =>
  args.includes(name) && !programs(args).some((program) => readers.has(program));

const programs = (args: string): readonly string[] =>
  args
    .split(/\s+/)
    .slice(0, wordsLooked)
    .map((word) => word.slice(word.lastIndexOf('/') + 1));
