import { OpsError } from '../core/errors.ts';
import { addressOf } from './connect-error.ts';
import { fingerprint, keyType } from './host-key.ts';
import { filedNames } from './host-names.ts';
import type { Judgement } from './judge-host-key.ts';
import type { Hop } from './route.ts';

/** Why a host key is refused. Errors: `HOST_KEY_CHANGED`, `HOST_KEY_REVOKED`, `HOST_KEY_UNKNOWN`. */
export function hostKeyError(
  hop: Hop,
  key: Buffer,
  judgement: Exclude<Judgement, { is: 'known' }>,
  node: string,
): OpsError {
  const shown = `${keyType(key)} ${fingerprint(key)}`;
  const at = addressOf(hop);
  if (judgement.is === 'changed') {
    const { file, line, key: old } = judgement.entry;
    const message = `${at} shows another host key than ${file}:${line} knows: ${shown} instead of ${fingerprint(old)}.`;
    return new OpsError('HOST_KEY_CHANGED', message, {
      hint: `Someone may stand in between. Only if you know that the machine was set up anew: ssh-keygen -R '${filedNames(hop)[0]}' -f ${file}, then rackhand fleet trust ${node}`,
    });
  }
  if (judgement.is === 'revoked') {
    const { file, line } = judgement.entry;
    return new OpsError('HOST_KEY_REVOKED', `${at} shows a host key that ${file}:${line} revokes: ${shown}.`, {
      hint: 'Its private half counts as stolen. Give the machine a new host key.',
    });
  }
  const { authority, otherTypes } = judgement;
  const others = otherTypes.length === 0 ? '' : `, only one of type ${otherTypes.join(', ')}`;
  return new OpsError('HOST_KEY_UNKNOWN', `The host key of ${at} is not known${others}: ${shown}.`, {
    hint:
      authority === undefined
        ? `Compare the fingerprint with the machine's own, then: rackhand fleet trust ${node}`
        : `${authority.file}:${authority.line} trusts certificates for it, which only ssh can check: give ${node} \`transport: openssh\`.`,
  });
}
