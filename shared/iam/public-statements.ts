import type { AppliedPolicy } from './applied-policy.ts';
import { type Statement, toArray, toPrincipalMap } from './document.ts';
import { getPrincipalAccount, getResourceAccount } from './engine/request-facts.ts';
import { listRequirements, mustExist } from './organization-conditions.ts';
import type { AccessRequest } from './request.ts';
import { labelStatement } from './statement-label.ts';

/**
 * Why S3 may deny a request although the bucket policy allows it. If the bucket's setting RestrictPublicBuckets is on,
 * a single public statement makes S3 deny every other account, "including non-public delegation to specific accounts"
 * (S3 user guide, "Blocking public access to your Amazon S3 storage"). `undefined` if no statement is public, so that
 * the setting cannot deny the request. Pure.
 */
export function findPublicBlock(
  policies: readonly AppliedPolicy[],
  request: AccessRequest,
): string | undefined {
  const { principal } = request;
  if (principal.type === 'service' || getPrincipalAccount(principal) === getResourceAccount(request))
    return undefined;
  for (const { kind, name, document } of policies) {
    const statement = kind === 'bucket' ? document.Statement.find(isPublicForS3) : undefined;
    if (statement !== undefined)
      return (
        `${labelStatement(statement)} of ${name} counts as public. If RestrictPublicBuckets is on for the bucket or its account, ` +
        'S3 denies every other account. Restrict the statement to fixed principals or to the organization'
      );
  }
  return undefined;
}

/**
 * Whether S3 calls a statement public: it does unless fixed values limit the statement ("The meaning of public"). If in
 * doubt, the statement counts as public.
 */
export function isPublicForS3({ Effect, Principal, Condition = {} }: Statement): boolean {
  if (Effect !== 'Allow') return false;
  if (Principal !== undefined && Object.entries(toPrincipalMap(Principal)).every(isFixedPrincipal))
    return false;
  const isRestricted = listRequirements(Condition).some(
    ({ operator, key, values }) =>
      mustExist(operator) && restrictingKeys.has(key) && values.every((value) => isFixed(key, value)),
  );
  return !isRestricted && !isRestrictedToNetworks(Condition);
}

/** AWS's page gives a statement with a federated principal as an example of a public policy. */
const isFixedPrincipal = ([type, names]: readonly [string, string | readonly string[]]): boolean =>
  type !== 'Federated' && toArray(names).every((name) => !/[*?$]/.test(name));

const restrictingKeys: ReadonlySet<string> = new Set([
  'aws:principalorgid',
  'aws:sourcearn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceowner',
  'aws:sourceaccount',
  'aws:userid',
  's3:dataaccesspointarn',
  's3:dataaccesspointaccount',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
]);

/** The name of an access point may have a wildcard if its account is fixed. */
const isFixed = (key: string, value: string): boolean =>
  key === 's3:dataaccesspointarn' ? !/[*?$]/.test(value.split('/')[0] ?? '') : !/[*?$]/.test(value);

/** Ranges broader than /8 (IPv4) and /32 (IPv6) count as public. */
const isRestrictedToNetworks = (conditions: NonNullable<Statement['Condition']>): boolean =>
  Object.entries(conditions).some(
    ([operator, block]) =>
      operator.toLowerCase() === 'ipaddress' &&
      Object.entries(block).some(
        ([key, values]) =>
          key.toLowerCase() === 'aws:sourceip' && toArray(values).map(String).every(isNarrowRange),
      ),
  );

function isNarrowRange(range: string): boolean {
  const [address = '', prefix] = range.split('/');
  return prefix === undefined || Number(prefix) >= (address.includes(':') ? 32 : 8);
}
