import type { GrantOperation } from '@aws-sdk/client-kms';
import * as z from 'zod';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import { createPolicy, type PolicyDocument, type Statement } from '../iam/document.ts';
import { OwnershipClashError } from '../iam/errors.ts';
import { createManagedSid } from '../iam/managed-statements.ts';
import type { Account } from '../platform/account.ts';
import { textSchema } from '../platform/schema-fields.ts';
import type { Access } from './access.ts';
import { admitNamed } from './admitted-accounts.ts';
import {
  formatResourceKey,
  type GrantContext,
  type GrantKind,
  type RenderRequest,
  type ResourceRef,
  type Share,
} from './contract.ts';
import { measureCounted } from './counted-limit.ts';
import { listPlaces } from './discovery.ts';
import { grantEntryFields } from './grant-schema.ts';
import { checkKeyEntry, createKeyDiscovery, keyFields, listKeyIds } from './key-discovery.ts';
import {
  canonicalGrantKey,
  compareByName,
  getGrantNamePrefix,
  isSameGrants,
  type KeyGrant,
  type KeyGrants,
  paginateKeyGrants,
  parseGrantMark,
  readGrants,
  toAppliedGrant,
  writeGrants,
} from './key-grants.ts';
import { createArnPermissions } from './permissions.ts';
import { createCentralAccess } from './principals.ts';

const schema = z
  .strictObject({
    ...grantEntryFields,
    ...keyFields,
    kind: z.literal('kms-grant'),
    preset: z.literal('auto-scaling'),
    /**
     * The suffix of the service-linked role `AWSServiceRoleForAutoScaling_<customSuffix>`. Default: the role without a
     * suffix.
     */
    customSuffix: textSchema(
      /^[\w+=,.@-]{1,35}$/,
      'the suffix of the role without the underscore',
    ).optional(),
  })
  .check(checkKeyEntry);

type Entry = z.infer<typeof schema>;

/**
 * The operations that launching instances with encrypted volumes needs (Auto Scaling user guide, "Required AWS KMS key
 * policy for use with encrypted volumes", the grant for access across accounts).
 */
const operations: readonly GrantOperation[] = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/**
 * The service-linked role with which Auto Scaling acts. A grant to the account would not help, because no administrator
 * can give permissions to a service-linked role. All other kinds name accounts, because AWS rejects a whole policy that
 * names a missing role. Naming a role is safe here: if it is missing, only the request for its own account fails.
 */
const granteeOf = ({ customSuffix }: Entry, { id }: Account, { partition }: GrantContext): string =>
  `arn:${partition}:iam::${id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling` +
  (customSuffix === undefined ? '' : `_${customSuffix}`);

const entryMark = ({ name }: Entry, context: GrantContext): string => `${getGrantNamePrefix(context)}${name}`;

const wantedGrants = ({ entry, accounts }: Share<Entry>, context: GrantContext): readonly KeyGrant[] =>
  accounts.map((account) => ({
    name: `${entryMark(entry, context)}/${account.id}`,
    grantee: granteeOf(entry, account, context),
    operations,
  }));

function render(request: RenderRequest<Entry, KeyGrants>) {
  const { ref, actual, shares, remembered, context } = request;
  const granted = shares
    .filter(({ accounts }) => accounts.length > 0)
    .map(({ entry }) => entryMark(entry, context));
  refuseClashes(ref, actual, [...granted, ...remembered]);
  const kept = listRetainedGrants(request);
  const existingGrants = new Map(actual.own.map((grant) => [canonicalGrantKey(grant), grant]));
  const own = shares
    .flatMap((share) => wantedGrants(share, context))
    .map((wanted) => existingGrants.get(canonicalGrantKey(wanted)) ?? wanted)
    .concat(kept)
    .sort(compareByName);
  const others = actual.others + kept.length;
  const owned = [...new Set([...granted, ...kept.map(({ name }) => parseGrantMark(name))])];
  const limit = context.limits.grantsPerKey;
  const size = measureCounted({
    ref,
    shares,
    now: actual.others + actual.own.length,
    count: (counted) => others + counted.reduce((sum, { accounts }) => sum + accounts.length, 0),
    limit,
    unit: 'grants',
    setting: 'grantsPerKey',
  });
  return { next: { own, others: actual.others }, owned, size, limit, unit: 'grants' as const };
}

/** KMS grants of grants that were renamed or removed from the configuration. They stay for now. */
function listRetainedGrants(request: RenderRequest<Entry, KeyGrants>): readonly KeyGrant[] {
  const { actual, shares, context, retainFormerGrants } = request;
  if (retainFormerGrants === undefined) return [];
  const current = new Set(shares.map(({ entry }) => entryMark(entry, context)));
  return actual.own.filter(
    ({ name }) => !current.has(parseGrantMark(name)) && !retainFormerGrants.without.has(name.slice(-12)),
  );
}

function refuseClashes(ref: ResourceRef, { own }: KeyGrants, marks: readonly string[]): void {
  const rememberedMarks = new Set(marks);
  const names = own.map(({ name }) => name).filter((name) => !rememberedMarks.has(parseGrantMark(name)));
  if (names.length === 0) return;
  throw new OwnershipClashError(
    `${formatResourceKey(ref)} has ${names.length === 1 ? 'a grant' : `${names.length} grants`} with a name of this ` +
      `installation, which did not create it: ${names.slice(0, 3).join(', ')}. Nothing was changed. Revoke it; if another ` +
      'stack uses this installation id, give one of the two another id.',
    { resource: formatResourceKey(ref), grants: names },
  );
}

const namePattern = /^account-onboarding\/([a-z0-9]+)\/([a-z0-9-]+)\/\d{12}$/;

const sidOf = (installationId: string, grant: string): string =>
  createManagedSid({ installationId, grant, part: 'grant' });

/**
 * Writes the managed KMS grants as a policy document, for comparison and evaluation. It has one statement for each
 * grant of the configuration.
 */
function documents({ own }: KeyGrants): Readonly<Record<string, PolicyDocument | undefined>> {
  const alike = Map.groupBy(own, ({ name, operations }) => [parseGrantMark(name), ...operations].join(' '));
  const statements = [...alike.values()].map((grants): Statement => {
    const [installationId, grant] = namePattern.exec(grants[0]?.name ?? '')?.slice(1) ?? [];
    const isOurs = installationId !== undefined && grant !== undefined;
    return {
      ...(isOurs ? { Sid: sidOf(installationId, grant) } : {}),
      Effect: 'Allow',
      Principal: { AWS: grants.map(({ grantee }) => grantee) },
      Action: (grants[0]?.operations ?? []).map((operation) => `kms:${operation}`),
      Resource: '*',
    };
  });
  return { grants: statements.length === 0 ? undefined : { ...createPolicy(), Statement: statements } };
}

const keyArn = ({ id, accountId, region }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:kms:${region}:${accountId}:key/${id}`;

const actions = { read: ['kms:ListGrants'], write: ['kms:CreateGrant', 'kms:RevokeGrant'] };

const accesses = (
  entry: Entry,
  account: Account,
  ref: ResourceRef,
  context: GrantContext,
): readonly Access[] => [
  // A managed KMS grant proves that the service-linked role exists, because KMS creates no grant for a missing role
  // (KMS API reference, "CreateGrant").
  createCentralAccess(account, `Auto Scaling launch instances whose volumes key ${ref.id} encrypts`, {
    principal: { type: 'role', arn: granteeOf(entry, account, context) },
    action: 'kms:CreateGrant',
    resource: keyArn(ref, context),
  }),
];

/** The limit of grants for a key: KMS developer guide, "Resource quotas". */
export const kmsGrant: GrantKind<Entry, KeyGrants> = {
  name: 'kms-grant',
  title: 'KMS grant',
  resourceType: 'key',
  policyKind: 'key',
  schema,
  actions,
  // `readIdentity` is absent, because KMS never uses a key id again.
  empty: { own: [], others: 0 },
  listResources: (entry, context) =>
    listPlaces(entry, context).flatMap((accountRegion) =>
      listKeyIds(entry).map((id) => ({ kind: 'kms-grant', id, ...accountRegion })),
    ),
  discovery: createKeyDiscovery(),
  listArns: (ref, context) => [keyArn(ref, context)],
  listPermissions: (on, context) => createArnPermissions({ actions, formatArn: keyArn }, on, context),
  listAccesses: accesses,
  render,
  listSids: ({ name }, _, { installationId }) => [sidOf(installationId, name)],
  listGrantedAccounts: (entry, _, { own }, context) => {
    const mark = entryMark(entry, context);
    const names = own.map(({ name }) => name).filter((name) => parseGrantMark(name) === mark);
    return admitNamed(new Set(names.map((name) => name.slice(mark.length + 1))));
  },
  isSame: isSameGrants,
  toDocuments: documents,
  read: ({ kms }, ref, context) => readGrants(kms, ref, context),
  readKeyGrants: async ({ kms }, ref, context) => {
    const keyGrants: AppliedKeyGrant[] = [];
    for await (const grants of paginateKeyGrants(kms, ref))
      keyGrants.push(...grants.map((grant) => toAppliedGrant(grant, context)));
    return keyGrants;
  },
  write: ({ kms }, ref, change, { limits }) => writeGrants(kms, ref, change, limits.grantsPerKey),
};
