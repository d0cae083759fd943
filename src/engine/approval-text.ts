import type { Approval } from '../core/change-set.ts';
import { canonicalDigest, canonicalJson } from './canonical-digest.ts';

type Said = Omit<Approval, 'how' | 'signature'>;

const said = ({ digest, node, policy, by, at, until }: Said): Said => ({ digest, node, policy, by, at, until });

/** All that an approval says, to the letter: what is signed. */
export const approvalText = (approval: Said): string => canonicalJson(said(approval));

/** What an approval is known by, so that it counts once however often it is copied; begins with what it approves. */
export const approvalId = (approval: Said): string => `${approval.digest}.${canonicalDigest(said(approval))}`;
