import { defineSignatures } from '../../core/signature.ts';

const services = ['any'] as const;

/** What supervisord and its children write about a program that does not stay up. Recorded with supervisor 4.2.5. */
export const supervisorChild = defineSignatures([
  {
    id: 'SV-CHDIR',
    services,
    pattern: /supervisor: couldn't (?:chdir to|exec) [^:]+: \w+/,
    meaning: "The command or the directory in supervisor's configuration does not exist or can not be used",
    advice: 'Correct command= or directory= of the program, then have supervisor reread its configuration.',
    restartHelps: 'no',
    examples: ["supervisor: couldn't chdir to /workspace/x: ENOENT", "supervisor: couldn't exec /usr/bin/x: ENOEXEC"],
    source: 'recorded: supervisor 4.2.5, exit status 127, only in the log of the child',
  },
  {
    id: 'SV-FATAL',
    services,
    pattern: /gave up: \S+ entered FATAL state, too many start retries too quickly/,
    meaning: 'Supervisor stopped trying to start the program',
    advice: 'Find the first error in the log of the program, mend it, then start it.',
    generic: true,
    restartHelps: 'after-fix',
    examples: ['2026-11-21 09:19:02,123 WARN gave up: fatal entered FATAL state, too many start retries too quickly'],
    source: 'recorded: supervisor 4.2.5',
  },
  {
    id: 'SV-EXIT',
    services,
    pattern: /exited: \S+ \((?:exit status \d+|terminated by SIG\w+(?: \(core dumped\))?); not expected\)/,
    meaning: 'The program ended by itself and was not expected to',
    advice: 'Find the first error in the log of the program; the times of these lines give the rhythm of the crashes.',
    generic: true,
    restartHelps: 'maybe',
    examples: [
      '2026-11-21 09:19:02,123 WARN exited: llama (exit status 1; not expected)',
      'WARN exited: w (terminated by SIGSEGV (core dumped); not expected)',
    ],
    source: 'recorded: supervisor 4.2.5',
  },
  {
    id: 'SV-SOCK',
    services,
    pattern: /^(?:unix:\/\/\/\S+ no such file|https?:\/\/\S+ refused connection)/,
    meaning: 'supervisord does not run where it is asked, or another configuration is meant',
    advice: 'See that supervisord runs and that the configuration file names the socket it listens on.',
    restartHelps: 'no',
    examples: ['unix:///tmp/nope.sock no such file', 'http://127.0.0.1:9009 refused connection'],
    source: 'recorded: supervisorctl 4.2.5, exit status 4',
  },
]);
