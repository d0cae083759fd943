import { defineSignatures } from '../../core/signature.ts';

const services = ['any'] as const;

/** What the operating system says no to, in the words of any program. */
export const os = defineSignatures([
  {
    id: 'AP-PORT',
    services,
    pattern:
      /Errno 98\].{0,80}address already in use|EADDRINUSE|address already in use|Port \d+ is already in use on address/i,
    meaning: 'Another process holds the port',
    advice: 'Find who listens on the port; an orphan of the last start has to end before this service can start.',
    restartHelps: 'after-fix',
    examples: [
      "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 18000): address already in use",
      'OSError: [Errno 98] Address already in use',
      'Error: listen EADDRINUSE: address already in use :::8188',
      'Error: listen tcp 127.0.0.1:11434: bind: address already in use',
      'Port 8188 is already in use on address 0.0.0.0. Please close the other application or use a different port with --port.',
    ],
    source: 'recorded: uvicorn, Python sockets; ComfyUI 0.33, server.py',
  },
  {
    id: 'AP-PERM',
    services,
    pattern: /PermissionError: \[Errno 13\] Permission denied|: Permission denied$/,
    meaning: 'The user of the service may not use a file',
    advice: 'Compare the user of the service with owner and mode of the file and of every folder above it.',
    restartHelps: 'no',
    examples: [
      "PermissionError: [Errno 13] Permission denied: '/workspace/out'",
      'bash: /opt/run.sh: Permission denied',
    ],
    source: 'CPython; recorded: bash',
  },
  {
    id: 'LL-SO',
    services,
    pattern: /error while loading shared libraries: [^:]+: cannot open shared object file/,
    meaning: 'A shared library that the program needs is not found',
    advice:
      'Run ldd on the program with the environment of the service; libcuda.so.1 missing means that the container was given no driver.',
    restartHelps: 'no',
    examples: [
      'llama-server: error while loading shared libraries: libllama.so: cannot open shared object file: No such file or directory',
      './needlib: error while loading shared libraries: libllama.v0.5.0.so: cannot open shared object file: No such file or directory',
    ],
    source: 'recorded: glibc loader, exit status 127',
  },
  {
    id: 'OS-ENOSPC',
    services,
    pattern: /No space left on device|\bENOSPC\b|Errno 28\]/,
    meaning: 'A filesystem has no bytes or no inodes left',
    advice: 'See which mount is full, bytes and inodes, and make room before starting the service again.',
    restartHelps: 'after-fix',
    examples: ["cp: error writing '/x': No space left on device", 'OSError: [Errno 28] No space left on device'],
    source: 'recorded: tmpfs, full and out of inodes',
  },
  {
    id: 'OS-ENOTCONN',
    services,
    pattern: /Transport endpoint is not connected|Errno 107\]/,
    meaning: 'The program that serves a mounted network filesystem has died',
    advice: 'Mount it again, then restart what had files open there; stat alone may still succeed.',
    restartHelps: 'after-fix',
    examples: ["head: cannot open 'm/model.gguf' for reading: Transport endpoint is not connected"],
    source: 'recorded: FUSE daemon killed',
  },
  {
    id: 'OS-ESTALE',
    services,
    pattern: /Stale (?:NFS )?file handle|Errno 116\]/,
    meaning: 'The file server no longer knows a file that is in use',
    advice: 'Mount it again and restart every process that holds files there.',
    restartHelps: 'after-fix',
    examples: ["ls: cannot access '/mnt/nfs/x': Stale file handle"],
    source: 'errno(3)',
  },
  {
    id: 'OS-EIO',
    services,
    pattern: /Input\/output error|Errno 5\]/,
    meaning: 'A disk or a network volume fails to read or write',
    advice: 'Read the kernel log for the device; keep services off this volume until a person has looked at it.',
    restartHelps: 'no',
    examples: ['OSError: [Errno 5] Input/output error'],
    source: 'errno(3)',
  },
  {
    id: 'OS-EROFS',
    services,
    pattern: /Read-only file system|Errno 30\]|\bEROFS\b/,
    meaning: 'A filesystem that the service writes to is read-only',
    advice: 'A disk that failed is mounted again like this: read the kernel log for it before anything is written.',
    restartHelps: 'no',
    examples: [
      "OSError: [Errno 30] Read-only file system: '/workspace/out.wav'",
      "touch: cannot touch '/x': Read-only file system",
    ],
    source: 'errno(3); CPython',
  },
  {
    id: 'OS-DNS',
    services,
    pattern:
      /Temporary failure in name resolution|Name or service not known|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|Could not resolve host/,
    meaning: 'A host name can not be resolved on the node',
    advice: 'Ask the resolver on the node (getent hosts NAME) and look at /etc/resolv.conf.',
    restartHelps: 'after-fix',
    examples: [
      'curl: (6) Could not resolve host: temporal.internal',
      'socket.gaierror: [Errno -3] Temporary failure in name resolution',
    ],
    source: 'recorded: curl; glibc resolver',
  },
]);
