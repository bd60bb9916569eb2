import type { Access } from '../grants/access.ts';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { listRequestAccounts } from '../iam/control-policies.ts';
import type { AccessRequest } from '../iam/request.ts';
import { type Judged, judge, type OrganizationEvidence } from './judge-request.ts';
import type { UnreadPolicy } from './member-role-state.ts';

/**
 * What was read of a key that encrypts a resource. `aws-managed`: a key that AWS manages for one account and service.
 * `unusable`: KMS cannot use the key now, for example because it is disabled. `unreadable`: the key's id or its policy
 * could not be read.
 */
export type KeyReading =
  | {
      readonly outcome: 'read';
      readonly arn: string;
      readonly policies: readonly AppliedPolicy[];
      readonly keyGrants: readonly AppliedKeyGrant[];
    }
  | { readonly outcome: 'aws-managed'; readonly name: string; readonly accountId: string }
  | { readonly outcome: 'unusable' | 'unreadable'; readonly reason: string };

/** The policies of the principal that uses the key. The key policy is not among them. */
interface Sender {
  readonly policies: readonly AppliedPolicy[];
  readonly unread?: readonly UnreadPolicy[];
  readonly organization: OrganizationEvidence;
}

/** The KMS requests that an access causes, such as kms:Decrypt with each key of the resource. Pure. */
export const listKeyRequests = (
  access: Pick<Access, 'request' | 'keyUse'>,
  readings: readonly KeyReading[],
): readonly AccessRequest[] =>
  readings.flatMap((reading) => (reading.outcome === 'read' ? toRequests(access, reading.arn) : []));

const toRequests = ({ request, keyUse }: Pick<Access, 'request' | 'keyUse'>, arn: string) =>
  (keyUse?.actions ?? []).map((action): AccessRequest => {
    const context = { ...request.context, ...keyUse?.context };
    return { principal: request.principal, action, resource: arn, context };
  });

/** Judges whether the sender may use the keys that encrypt the resource. Empty if the access needs no key. Pure. */
export const judgeKeys = (
  access: Access,
  readings: readonly KeyReading[],
  sender: Sender,
): readonly Judged[] =>
  access.keyUse === undefined ? [] : readings.flatMap((reading) => judgeKey(access, reading, sender));

function judgeKey(access: Access, reading: KeyReading, sender: Sender): readonly Judged[] {
  switch (reading.outcome) {
    case 'unreadable':
      return [{ status: 'unknown', reason: reading.reason, keys: ['key'] }];
    case 'unusable':
      return [{ status: 'denied', reason: reading.reason }];
    case 'aws-managed':
      return isOwner(access.request, reading.accountId) ? [] : [denyManaged(access, reading.name)];
    case 'read':
      return toRequests(access, reading.arn).map((request) =>
        explainKey(judge(request, { ...sender, ...withKey(reading, sender) }), reading.arn, access),
      );
  }
}

const withKey = (
  { policies, keyGrants }: Extract<KeyReading, { readonly outcome: 'read' }>,
  sender: Sender,
) => ({ policies: [...policies, ...sender.policies], keyGrants });

/** Whether the sender is in the account of the AWS managed key. No other account can use such a key. */
const isOwner = (request: AccessRequest, accountId: string): boolean =>
  request.principal.type !== 'service' && listRequestAccounts(request).every((id) => id === accountId);

/**
 * Denies access by another account to a resource with an AWS managed key. Nobody can change the policy of such a key,
 * and it works in its own account only ("AWS KMS keys", KMS developer guide).
 */
const denyManaged = ({ keyUse }: Access, name: string): Judged => ({
  status: 'denied',
  reason:
    `the key ${name} encrypts it, which AWS manages, so no other account can use it. Encrypt it with a customer managed key, ` +
    `and add a grant on that key with the preset ${keyUse?.preset}`,
});

function explainKey(judged: Judged, arn: string, { keyUse }: Access): Judged {
  const { status, reason } = judged;
  if (reason === undefined) return judged;
  const next = status === 'denied' ? `. A grant on the key with the preset ${keyUse?.preset} allows it` : '';
  return { ...judged, reason: `the key ${arn} encrypts it: ${reason}${next}` };
}
