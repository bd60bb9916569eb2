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

/** A KMS grant that this installation manages. It has an id once KMS has created it. */
export interface KeyGrant {
  readonly name: string;
  readonly id?: string;
  readonly grantee: string;
  /** Ordered. */
  readonly operations: readonly GrantOperation[];
  /**
   * Whether the KMS grant has constraints. This installation creates none with constraints, so another tool or a person
   * did.
   */
  readonly constrained?: boolean;
}

/**
 * The KMS grants that this installation manages on one key, ordered by name. Only the number of unmanaged grants is
 * kept, because AWS services create and retire grants all the time, one for each volume in use.
 */
export interface KeyGrants {
  readonly own: readonly KeyGrant[];
  readonly others: number;
}

/** The beginning of the names of all managed KMS grants. A name may have letters, digits and `:/_-` (CreateGrant). */
export const getGrantNamePrefix = ({ installationId }: GrantContext): string =>
  `account-onboarding/${installationId}/`;

/**
 * The part of a KMS grant's name that the table stores: `account-onboarding/<installation>/<grant>`. The account id
 * follows it in the name.
 */
export const parseGrantMark = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** Equal for two KMS grants if, and only if, they have the same name and give the same access. */
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

/** Reads every KMS grant of a key, page by page. */
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

/** Converts a KMS grant to the form of the policy engine, with the name of the configured grant that it belongs to. */
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

/** The grantee is the ARN of a role. If the role was deleted, KMS returns its unique id instead. */
const keyGrant = (grant: GrantListEntry): KeyGrant => ({
  name: grant.Name ?? '',
  id: grant.GrantId ?? '',
  grantee: grant.GranteePrincipal ?? '',
  operations: (grant.Operations ?? []).toSorted(),
  ...(Object.keys(grant.Constraints ?? {}).length === 0 ? {} : { constrained: true }),
});

/**
 * Revokes and creates KMS grants. It sends one request after the other, because KMS allows 50 a second. Grants are
 * created first, unless the key has no room for them. An account without the role is skipped, and reported at the end.
 * If a write is interrupted, the next run finishes it: CreateGrant with the name of an existing grant returns that
 * grant (KMS API reference).
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

/** Revokes a grant. It is no error if the grant does not exist any more. */
async function revoke(kms: KMSClient, KeyId: string, GrantId: string): Promise<void> {
  try {
    await kms.send(new RevokeGrantCommand({ KeyId, GrantId }));
  } catch (error) {
    if (!(error instanceof ResourceMissingError)) throw error;
  }
}
