import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Whether a program that a suite needs is on this machine; a suite without it is skipped and says so in its name.
 *
 * `describe.skipIf(!has('sshd'))('the pooled transport (needs sshd)', ...)`; CI fails on such a skip.
 */
export const has = (program: string): boolean => folders.some((folder) => existsSync(join(folder, program)));
