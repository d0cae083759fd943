/** What the words or the exit code of a manager mean beyond "it failed", and whether a restart helps. */
export interface ManagerWord {
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly advice: string;
  readonly restartHelps: 'yes' | 'no' | 'maybe' | 'after-fix';
  /** What the manager said, with `exit code N` behind it where it tells one. */
  readonly example: string;
  readonly source: string;
}

const show = 'org.freedesktop.systemd1(5), Result';
const codes = 'systemd.exec(5), process exit codes';
const supervisord = 'recorded: supervisord 4.2.5';
const engine = 'recorded: dockerd 20.10.24';
const nvidia = 'NVIDIA Container Toolkit, troubleshooting';
const shell = 'POSIX shell, exit status; signal(7)';

/** The first that fits counts: what is special stands before what is common. */
export const managerWords: readonly ManagerWord[] = [
  {
    pattern: /, oom-kill\b/,
    meaning: 'the kernel ended it because no memory was left for it',
    advice:
      'Compare what it needs with MemoryMax of the unit and with the memory of the node; a restart fills it up again.',
    restartHelps: 'after-fix',
    example: 'failed (failed), oom-kill',
    source: show,
  },
  {
    pattern: /, start-limit-hit\b/,
    meaning: 'systemd gave up after too many starts in a row and does not try again',
    advice: 'Mend what ends it, then run systemctl reset-failed on the unit and start it.',
    restartHelps: 'after-fix',
    example: 'failed (failed), start-limit-hit',
    source: show,
  },
  {
    pattern: /, watchdog\b/,
    meaning: 'it did not answer the watchdog of systemd in time',
    advice: 'It hung: see what it waited for (disk, GPU, network) before it is started again.',
    restartHelps: 'maybe',
    example: 'failed (failed), watchdog',
    source: show,
  },
  {
    pattern: /, timeout\b/,
    meaning: 'it did not start or end within the time that systemd gives it',
    advice: 'A large model can load for longer than TimeoutStartSec: see its log for how far it came.',
    restartHelps: 'after-fix',
    example: 'failed (failed), timeout',
    source: show,
  },
  {
    pattern: /^masked\b/,
    meaning: 'the unit is masked, so systemd refuses to start it',
    advice: 'Ask who masked it; systemctl unmask makes it startable again.',
    restartHelps: 'no',
    example: 'masked, inactive (dead)',
    source: 'org.freedesktop.systemd1(5), LoadState',
  },
  {
    pattern: /^(?:bad-setting|error)\b/,
    meaning: 'systemd can not use its unit file',
    advice: 'Run systemd-analyze verify on the unit file and mend the line that it names.',
    restartHelps: 'no',
    example: 'bad-setting, inactive (dead)',
    source: 'org.freedesktop.systemd1(5), LoadState',
  },
  {
    pattern: /^(?:failed|activating) .*exit code 200$/,
    meaning: 'its working directory does not exist or can not be entered',
    advice: 'Mend WorkingDirectory of the unit, or mount what should be there.',
    restartHelps: 'after-fix',
    example: 'failed (failed), exit-code, exit code 200',
    source: codes,
  },
  {
    pattern: /^(?:failed|activating) .*exit code 203$/,
    meaning: 'its program does not exist or can not be executed',
    advice: 'Mend ExecStart of the unit: path, mode, and the interpreter that its first line names.',
    restartHelps: 'after-fix',
    example: 'activating (auto-restart), exit-code, exit code 203',
    source: codes,
  },
  {
    pattern: /^(?:failed|activating) .*exit code 21[67]$/,
    meaning: 'its user or group does not exist',
    advice: 'Mend User and Group of the unit, or create them.',
    restartHelps: 'after-fix',
    example: 'failed (failed), exit-code, exit code 217',
    source: codes,
  },
  {
    pattern: /\bcan't find command\b/,
    meaning: 'its program is not where the configuration says',
    advice: 'Correct command= of the program (a bare name needs the PATH of supervisord), then reread and update it.',
    restartHelps: 'after-fix',
    example: "FATAL can't find command '/nonexistent/llama-server'",
    source: supervisord,
  },
  {
    pattern: /\bis not executable\b|\bno permission to run command\b/,
    meaning: 'its program may not be executed',
    advice: 'Set the execute bit, or name the interpreter in command= of the program.',
    restartHelps: 'after-fix',
    example: "FATAL command at '/tmp/suplab/notexec.sh' is not executable",
    source: supervisord,
  },
  {
    pattern: /\bunknown error making dispatchers\b/,
    meaning: 'supervisord could not open its log files',
    advice: 'See that the folders of stdout_logfile and stderr_logfile exist, can be written to, and have room.',
    restartHelps: 'after-fix',
    example: "FATAL unknown error making dispatchers for 'llama': ENOENT",
    source: supervisord,
  },
  {
    pattern: /^errored\b/,
    meaning: 'pm2 gave up after too many restarts that did not last',
    advice: 'Find the first error in its log; pm2 restart says that it worked and starts it into the same error.',
    restartHelps: 'after-fix',
    example: 'errored',
    source: 'recorded: pm2 7.0.4',
  },
  {
    pattern: /^(?:exited|dead|restarting) .*, out of memory\b/,
    meaning: 'memory ran out in its container',
    advice: 'Compare what it needs with its mem_limit and with the memory of the node; a restart fills it up again.',
    restartHelps: 'after-fix',
    example: 'exited (137), out of memory, exit code 137',
    source: 'the Docker Engine API, ContainerState.OOMKilled',
  },
  {
    pattern: /could not select device driver/,
    meaning: 'its engine has nothing that gives a GPU to a container',
    advice: 'Install the NVIDIA Container Toolkit, let nvidia-ctk configure the engine, and restart that.',
    restartHelps: 'after-fix',
    example: 'created, could not select device driver "nvidia" with capabilities: [[gpu]]',
    source: nvidia,
  },
  {
    pattern: /driver\/library version mismatch/,
    meaning: 'the driver in the kernel is another version than its libraries',
    advice: 'The driver was updated under a running kernel: reload its modules or reboot; see gpu.driver.',
    restartHelps: 'after-fix',
    example:
      'exited (128), nvidia-container-cli: initialization error: nvml error: driver/library version mismatch: unknown',
    source: nvidia,
  },
  {
    pattern: /error gathering device information|nvidia-container-cli: .*(?:unknown device|no adapters)/,
    meaning: 'a device that it asks for is not on this node',
    advice: 'See what devices: of the compose file names, and whether the GPU is there; see gpu.count.',
    restartHelps: 'after-fix',
    example:
      'created, error gathering device information while adding custom device "/dev/nvidia7": no such file or directory',
    source: engine,
  },
  {
    pattern: /port is already allocated|address already in use/,
    meaning: 'another program or container holds a port that it opens',
    advice: 'Find who holds the port (service.ports, docker ps) and end that, or give one of them another port.',
    restartHelps: 'after-fix',
    example: 'created, Bind for 0.0.0.0:8080 failed: port is already allocated',
    source: 'moby, libnetwork/portallocator',
  },
  {
    pattern: /not a shared or slave mount|bind source path does not exist|error while mounting volume/,
    meaning: 'a folder that is mounted into it can not be mounted',
    advice: 'See that the folder is there and mounted on the node as the compose file asks (rshared, rslave).',
    restartHelps: 'after-fix',
    example: 'created, path /tmp is mounted on / but it is not a shared or slave mount',
    source: engine,
  },
  {
    pattern:
      /^(?:created|exited|dead)\b.*\bexec: .*(?:no such file or directory|not found in \$PATH|permission denied)/,
    meaning: 'its command is not in its image, or may not be executed there',
    advice: 'Correct command: or entrypoint: of the compose file, or the tag of its image.',
    restartHelps: 'after-fix',
    example: 'created, exec: "/no/such/program": stat /no/such/program: no such file or directory: unknown',
    source: engine,
  },
  {
    pattern: /exit code 126$/,
    meaning: 'its command was found and may not be executed',
    advice: 'Set the execute bit, and see that its filesystem is not mounted noexec.',
    restartHelps: 'after-fix',
    example: 'EXITED Bad exit code 126, exit code 126',
    source: shell,
  },
  {
    pattern: /exit code 127$/,
    meaning: 'a command, its directory or a shared library was not found',
    advice: 'Its error log names what is missing: a path, the PATH of the service, or a library (ldd).',
    restartHelps: 'after-fix',
    example: 'EXITED Bad exit code 127, exit code 127',
    source: 'recorded: sh, ld.so and supervisord, exit status 127',
  },
  {
    pattern: /exit code 132$/,
    meaning: 'it used an instruction that this CPU does not have (SIGILL)',
    advice: 'Install a build for this CPU (AVX-512 and AVX2 builds fail on older ones).',
    restartHelps: 'no',
    example: 'EXITED Bad exit code 132, exit code 132',
    source: shell,
  },
  {
    pattern: /exit code 137$/,
    meaning: 'it was killed (SIGKILL): by the kernel for want of memory, or by someone',
    advice: 'See the kernel log and the memory limit of its cgroup before it is started again.',
    restartHelps: 'maybe',
    example: 'waiting restart, exit code 137',
    source: shell,
  },
  {
    pattern: /exit code 139$|, core-dump\b/,
    meaning: 'it crashed in native code (segmentation fault or abort)',
    advice: 'Read the last lines of its log; a driver or library of another version is the usual reason.',
    restartHelps: 'maybe',
    example: 'failed (failed), core-dump',
    source: shell,
  },
];

/** What a manager's words mean, if that is known. */
export const managerWord = (said: string, exitCode: number | null): ManagerWord | undefined => {
  const text = exitCode === null ? said : `${said}, exit code ${exitCode}`;
  return managerWords.find(({ pattern }) => pattern.test(text));
};
