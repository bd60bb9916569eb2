import type { Answer } from './answer.ts';
import { accountOfCaller, resourceAccountOf } from './context.ts';
import type { Case } from './shapes.ts';

/**
 * "No permissions are required to perform this operation", and a policy that denies it changes nothing: GetCallerIdentity, and
 * GetSessionToken for users (STS API reference).
 */
export function isFree({ request: { principal, action } }: Case): boolean {
  if (accountOfCaller(principal) === 'none') return false;
  const name = action.toLowerCase();
  const isUser = principal.type === 'user' || principal.type === 'root';
  return name === 'sts:getcalleridentity' || (name === 'sts:getsessiontoken' && isUser);
}

/** Whether the operation is open to the caller, whatever policies say. */
export function operationAllows(input: Case): Answer {
  const { principal, action, resource } = input.request;
  const [service = '', name = ''] = action.toLowerCase().split(':');
  if (service === 'sts' && principal.type === 'federated-user') return 'no';
  // "Using the credentials of an IAM user": GetSessionToken, GetFederationToken.
  if (service === 'sts' && principal.type === 'role' && name.startsWith('get') && name.endsWith('token'))
    return 'no';
  // "This limitation does not apply to console sessions" (GetFederationToken).
  const console: Answer = service === 'iam' && principal.type === 'federated-user' ? 'unknown' : 'yes';
  const isPolicyOfBucket = service === 's3' && name.endsWith('bucketpolicy');
  const isOfKey = service === 'kms' && resource.includes(':key/') && accountOfCaller(principal) !== 'none';
  if (!isPolicyOfBucket && !(isOfKey && !acrossAccounts.includes(name))) return console;
  const owner = resourceAccountOf(input.request);
  if (owner === undefined) return 'unknown';
  return owner === accountOfCaller(principal) ? console : 'no';
}

/** "Cross-account use: Yes" (KMS API reference). */
const acrossAccounts =
  'creategrant decapsulate decrypt derivesharedsecret describekey encapsulate encrypt generatedatakey generatedatakeypair generatedatakeypairwithoutplaintext generatedatakeywithoutplaintext generatemac getkeyrotationstatus getpublickey listgrants reencryptfrom reencryptto retiregrant revokegrant sign verify verifymac'.split(
    ' ',
  );
