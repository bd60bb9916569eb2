import type { AccessRequest } from '../request.ts';
import { allOf, type Finding, no, unknownFinding, yes } from './findings.ts';
import { getPrincipalAccount, getResourceAccount } from './request-facts.ts';
import { createUnknown } from './verdict.ts';

/**
 * Whether an operation works even if policies deny it: `GetCallerIdentity` for every caller, `GetSessionToken` for
 * users. Sources: STS API reference, "GetCallerIdentity", "GetSessionToken".
 */
export function needsNoPermission({ principal: { type }, action }: AccessRequest): boolean {
  if (!/^sts:get(calleridentity|sessiontoken)$/i.test(action)) return false;
  if (type === 'user' || type === 'root') return true;
  return /calleridentity$/i.test(action) && ['role', 'federated-user', 'account'].includes(type);
}

/** Whether this type of caller can call the operation at all. No policy changes that. */
export const findOperationLimit = (request: AccessRequest): Finding =>
  allOf([
    () => findCallerLimit(request, request.action.toLowerCase()),
    () => findOwnerLimit(request, request.action.toLowerCase()),
  ]);

/**
 * Operations that a type of caller cannot call (STS API reference, "AssumeRole", "GetSessionToken",
 * "GetFederationToken").
 */
function findCallerLimit({ principal: { type }, action: written }: AccessRequest, action: string): Finding {
  if (type === 'root' && action === 'sts:assumerole') return no('the root user cannot assume a role');
  if (type === 'role' && /^sts:get(session|federation)token$/.test(action))
    return no(`sessions of roles cannot call ${written}`);
  return type === 'federated-user' ? findFederationLimit(written, action) : yes;
}

/**
 * Operations that federated users cannot call: "You cannot call any IAM operations using the CLI or API. This
 * limitation does not apply to console sessions. You cannot call any STS operations except GetCallerIdentity"
 * ("GetFederationToken").
 */
function findFederationLimit(written: string, action: string): Finding {
  if (action.startsWith('iam:')) return unknownFinding(createUnknown('element', 'Principal'), 'request');
  return action.startsWith('sts:') ? no(`federated users cannot call ${written}`) : yes;
}

/**
 * Operations that only the resource's own account can call: those on the policy of a bucket, and most operations on
 * keys. Sources: S3 API reference, "PutBucketPolicy"; KMS API reference, "Cross-account use" of each operation.
 */
function findOwnerLimit(request: AccessRequest, action: string): Finding {
  if (!isForOwner(request, action)) return yes;
  const owner = getResourceAccount(request);
  if (owner === undefined) return unknownFinding(createUnknown('key', 'aws:ResourceAccount'), 'request');
  return owner === getPrincipalAccount(request.principal)
    ? yes
    : no(`${request.action} is for the account that owns the resource`);
}

function isForOwner({ principal, resource }: AccessRequest, action: string): boolean {
  if (/^s3:(get|put|delete)bucketpolicy$/.test(action)) return true;
  if (!action.startsWith('kms:') || !resource.includes(':key/')) return false;
  return getPrincipalAccount(principal) !== undefined && !keyOperationsAcrossAccounts.has(action);
}

const keyOperationsAcrossAccounts: ReadonlySet<string> = new Set(
  [
    'CreateGrant',
    'Decapsulate',
    'Decrypt',
    'DeriveSharedSecret',
    'DescribeKey',
    'Encapsulate',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateMac',
    'GetKeyRotationStatus',
    'GetPublicKey',
    'ListGrants',
    'ReEncryptFrom',
    'ReEncryptTo',
    'RetireGrant',
    'RevokeGrant',
    'Sign',
    'Verify',
    'VerifyMac',
  ].map((name) => `kms:${name.toLowerCase()}`),
);
