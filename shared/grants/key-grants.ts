import {
  CreateGrantCommand,
  type GrantListEntry,
  type GrantOperation,
  type KMSClient,
  ListGrantsCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import { InvalidPrincipalError, ResourceMissingError } from '../platform/aws/errors.ts';
import { compareByText } from '../platform/order.ts';
import { formatResourceKey, type GrantContext, type ResourceRef, type StateChange } from './contract.ts';

/** A managed grant on the key, with the id that KMS gave it once it exists. */
export interface KeyGrant {
  readonly name: string;
  readonly id?: string;
  readonly grantee: string;
  /** Ordered. */
  readonly operations: readonly GrantOperation[];
  /** Somebody has added constraints, which this installation never does. */
  readonly constrained?: boolean;
}

/**
 * Managed grants, ordered by name. AWS services create and retire unmanaged grants, one for each volume in use: only
 * the number of unmanaged grants matters.
 */
export interface KeyGrants {
  readonly own: readonly KeyGrant[];
  readonly others: number;
}

/** The prefix of the names of all managed grants. A grant's name holds letters, digits and `:/_-` (CreateGrant). */
export const getGrantNamePrefix = ({ installationId }: GrantContext): string =>
  `account-onboarding/${installationId}/`;

/** What the table remembers: `account-onboarding/<installation>/<grant>`. Each name continues with the account id. */
export const parseGrantMark = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** Two grants with equal keys give equal access under one name. */
export const canonicalGrantKey = ({ name, grantee, operations, constrained = false }: KeyGrant): string =>
  [name, grantee, constrained, ...operations].join(' ');

export const compareByName = compareByText(({ name }: KeyGrant) => name);

export const isSameGrants = (a: KeyGrants, b: KeyGrants): boolean =>
  a.own.map(canonicalGrantKey).sort().join('\n') === b.own.map(canonicalGrantKey).sort().join('\n');

/** The largest page size (ListGrants, KMS API reference). */
const pageSize = 100;

export async function readGrants(
  kms: KMSClient,
  ref: Pick<ResourceRef, 'id'>,
  context: GrantContext,
): Promise<KeyGrants> {
  const own: KeyGrant[] = [];
  let others = 0;
  for await (const grants of paginateKeyGrants(kms, ref)) {
    const ours = grants.filter(({ Name }) => Name?.startsWith(getGrantNamePrefix(context)));
    own.push(...ours.map(keyGrant));
    others += grants.length - ours.length;
  }
  return { own: own.sort(compareByName), others };
}

/** Every grant of a key, page by page. */
export async function* paginateKeyGrants(
  kms: KMSClient,
  { id }: Pick<ResourceRef, 'id'>,
): AsyncGenerator<readonly GrantListEntry[]> {
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListGrantsCommand({ KeyId: id, Limit: pageSize, Marker }));
    yield page.Grants ?? [];
    Marker = page.Truncated ? page.NextMarker : undefined;
  } while (Marker !== undefined);
}

/** As the policy engine reads it, with the configured grant that created it. */
export function toAppliedGrant(
  { Name = '', GrantId = '', GranteePrincipal = '', Operations = [], Constraints = {} }: GrantListEntry,
  context: GrantContext,
): AppliedKeyGrant {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = Constraints;
  const prefix = getGrantNamePrefix(context);
  return {
    name: Name || GrantId,
    granteePrincipal: GranteePrincipal,
    operations: Operations,
    ...(equals === undefined ? {} : { encryptionContextEquals: equals }),
    ...(subset === undefined ? {} : { encryptionContextSubset: subset }),
    ...(Name.startsWith(prefix) ? { grant: parseGrantMark(Name).slice(prefix.length) } : {}),
  };
}

/** After its role is deleted, the grantee is a unique id instead of an ARN. */
const keyGrant = (grant: GrantListEntry): KeyGrant => ({
  name: grant.Name ?? '',
  id: grant.GrantId ?? '',
  grantee: grant.GranteePrincipal ?? '',
  operations: (grant.Operations ?? []).toSorted(),
  ...(Object.keys(grant.Constraints ?? {}).length === 0 ? {} : { constrained: true }),
});

/**
 * Sends one request after the other, which stays below KMS's 50 a second. The next run finishes an interrupted write. A
 * name makes CreateGrant idempotent: a repeated request returns the existing grant (KMS API reference). An account
 * whose role does not exist yet is skipped, and reported after the rest. Additions come first, unless the key is too
 * full for them.
 */
export async function writeGrants(
  kms: KMSClient,
  { id: KeyId, ...ref }: ResourceRef,
  { from, to }: StateChange<KeyGrants>,
  limit: number,
): Promise<void> {
  const added = to.own.filter(({ id }) => id === undefined);
  const kept = new Set(to.own.map(({ id }) => id));
  const revokeOthers = async (): Promise<void> => {
    for (const { id } of from.own) if (id !== undefined && !kept.has(id)) await revoke(kms, KeyId, id);
  };
  const isFull = from.others + from.own.length + added.length > limit;
  if (isFull) await revokeOthers();
  const refused: KeyGrant[] = [];
  for (const grant of added) if (!(await create(kms, KeyId, grant))) refused.push(grant);
  if (!isFull) await revokeOthers();
  if (refused.length === 0) return;
  const accountIds = [...new Set(refused.map(({ name }) => name.slice(parseGrantMark(name).length + 1)))];
  throw new InvalidPrincipalError(
    `${formatResourceKey({ ...ref, id: KeyId })}: KMS does not know ${refused[0]?.grantee}` +
      `${refused.length === 1 ? '' : ` and ${refused.length - 1} more roles`}. Create the role with the first Auto ` +
      'Scaling group of the account, or with `aws iam create-service-linked-role`',
    { accountIds, othersWritten: true },
  );
}

/** @returns false if KMS does not know the grantee */
async function create(kms: KMSClient, KeyId: string, grant: KeyGrant): Promise<boolean> {
  try {
    await kms.send(
      new CreateGrantCommand({
        KeyId,
        Name: grant.name,
        GranteePrincipal: grant.grantee,
        Operations: [...grant.operations],
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof InvalidPrincipalError) return false;
    throw error;
  }
}

/** A missing grant counts as revoked. */
async function revoke(kms: KMSClient, KeyId: string, GrantId: string): Promise<void> {
  try {
    await kms.send(new RevokeGrantCommand({ KeyId, GrantId }));
  } catch (error) {
    if (!(error instanceof ResourceMissingError)) throw error;
  }
}
