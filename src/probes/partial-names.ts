interface PartialName {
  readonly by: string;
  /** Of a file `model.gguf`: the name that its download has until it is done. */
  readonly example: string;
  /** Its group is the name of what it will become. */
  readonly becomes: RegExp;
}

/** What downloaders and copiers call a file that is not finished. Sources: their manuals and code. */
export const partialNames: readonly PartialName[] = [
  { by: 'rclone', example: 'model.gguf.5a1c33e8.partial', becomes: /^(.+)\.[0-9a-f]{8}\.partial$/ },
  {
    by: 'curl, browsers, many',
    example: 'model.gguf.part',
    becomes: /^(.+)\.(?:part|partial|tmp|temp|incomplete|download|crdownload|opdownload)$/i,
  },
  { by: 'aria2', example: 'model.gguf.aria2', becomes: /^(.+)\.aria2$/ },
  { by: 'axel', example: 'model.gguf.st', becomes: /^(.+)\.st$/ },
  { by: 'lftp', example: 'model.gguf.lftp-pget-status', becomes: /^(.+)\.lftp-pget-status$/ },
  { by: 'rsync', example: '.model.gguf.x7Kq2a', becomes: /^\.(.+)\.[A-Za-z0-9]{6}$/ },
  { by: 'the AWS CLI', example: 'model.gguf.6Ea2cE34', becomes: /^(.+)\.[0-9a-fA-F]{8}$/ },
  { by: 'gsutil', example: 'model.gguf_.gstmp', becomes: /^(.+)_\.gstmp$/ },
  {
    by: 'azcopy',
    example: '.azDownload-8f0c2d1e-0b9d-4c4f-6c1b-2a54c1b0d0aa-model.gguf',
    becomes: /^\.azDownload-[0-9a-f-]{36}-(.+)$/,
  },
  { by: 'Syncthing', example: '.syncthing.model.gguf.tmp', becomes: /^\.syncthing\.(.+)\.tmp$/ },
  { by: 'qBittorrent', example: 'model.gguf.!qB', becomes: /^(.+)\.!qB$/ },
  {
    by: 'ollama',
    example: 'sha256-6e4c38e1172f42fdbff13edf9a7a017679fb82b0fde415a3e8b3c31c6ed4a4e4-partial',
    becomes: /^(sha256-[0-9a-f]{64})-partial(?:-\d+)?$/,
  },
];

/** Whether one name is the unfinished download of the other; `model.part` counts for `model.gguf` as well. */
export function isPartialOf(name: string, of: string): boolean {
  const stem = of.replace(/\.[^.]+$/, '');
  return partialNames.some(({ becomes }) => {
    const target = becomes.exec(name)?.[1];
    // `model.gguf.0f3a.part`: some put a number of their own before the ending.
    return target !== undefined && (target === of || target === stem || target.startsWith(`${of}.`));
  });
}
