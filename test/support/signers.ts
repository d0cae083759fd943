import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Approval } from '../../src/core/change-set.ts';
import { approvalText } from '../../src/engine/approval-text.ts';

/** A line of an allowed_signers file. */
export const signerLine = (names: string, keyFile: string, options = ''): string =>
  `${names} ${options}${readFileSync(`${keyFile}.pub`, 'utf8').trim()}\n`;

/** The same approval, signed by a key file as a script of one's own would. */
export function signedBy(
  keyFile: string,
  approval: Approval,
  { namespace = 'rackhand-approval', text = approvalText(approval) } = {},
): Approval {
  const words = ['-Y', 'sign', '-q', '-n', namespace, '-f', keyFile];
  const signature = execFileSync('ssh-keygen', words, {
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return { ...approval, how: 'signature', signature };
}
