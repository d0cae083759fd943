const texts: Readonly<Record<string, string>> = {
  'No such file or directory': 'ENOENT',
  'Permission denied': 'EACCES',
  'Operation not permitted': 'EPERM',
  'Not a directory': 'ENOTDIR',
  'Is a directory': 'EISDIR',
  'Too many levels of symbolic links': 'ELOOP',
  'Symbolic link loop': 'ELOOP',
  'File name too long': 'ENAMETOOLONG',
  'Filename too long': 'ENAMETOOLONG',
  'Invalid argument': 'EINVAL',
  'Input/output error': 'EIO',
  'I/O error': 'EIO',
  'Stale file handle': 'ESTALE',
  'Transport endpoint is not connected': 'ENOTCONN',
  'Socket not connected': 'ENOTCONN',
  'Connection timed out': 'ETIMEDOUT',
  'Operation timed out': 'ETIMEDOUT',
  'Host is down': 'EHOSTDOWN',
  'Host is unreachable': 'EHOSTUNREACH',
  'No such device': 'ENODEV',
  'No such device or address': 'ENXIO',
  'Resource temporarily unavailable': 'EAGAIN',
  'Function not implemented': 'ENOSYS',
  'Operation not supported': 'EOPNOTSUPP',
};

/** The errno behind the last words of a tool's complaint, in the C locale of glibc or musl; `EUNKNOWN` for others. */
export function errnoOf(complaint: string): { errno: string; message: string } {
  const message = complaint.trim().split(': ').at(-1) ?? '';
  const errno = texts[message];
  return errno === undefined ? { errno: 'EUNKNOWN', message: complaint.trim() } : { errno, message };
}
