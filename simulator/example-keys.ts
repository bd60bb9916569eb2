import { getGrantContext } from '../shared/configuration/context.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { Access } from '../shared/grants/access.ts';
import type { ResourceRef } from '../shared/grants/contract.ts';
import type { GrantEntry } from '../shared/grants/grant-schema.ts';
import { getGrantKind } from '../shared/grants/kinds.ts';
import type { Account } from '../shared/platform/account.ts';
import type { SimulatedOrganization } from './organization.ts';
import { makeDigest } from './world.ts';

/**
 * The ARN of the key that encrypts a secret. It is the key in the configuration that the same roles may use, or else a
 * key that every account of the organization may use. With AWS's own key, no other account could read the secret.
 */
export function findSecretKey(
  organization: SimulatedOrganization,
  configuration: Configuration,
  { entries, ref }: { readonly entries: readonly GrantEntry[]; readonly ref: ResourceRef },
): string {
  const wanted = entries.flatMap((entry) => listAccesses(configuration, entry, ref));
  const usable = listKeyAccesses(configuration, ref).filter(({ request }) =>
    wanted.some((access) => isKeyUse(access, request)),
  );
  const meant = usable.find(({ preset }) => wanted.some(({ keyUse }) => keyUse?.preset === preset));
  return (meant ?? usable[0])?.request.resource ?? addOpenKey(organization, configuration, ref);
}

const isKeyUse = ({ request, keyUse }: Access, key: Access['request']): boolean =>
  keyUse?.actions.includes(key.action) === true &&
  JSON.stringify(key.principal) === JSON.stringify(request.principal);

/** The accesses that grants give on keys of an account and region. */
const listKeyAccesses = (
  configuration: Configuration,
  { accountId, region }: ResourceRef,
): readonly (Access & { readonly preset: unknown })[] =>
  configuration.grants
    .filter(({ kind }) => getGrantKind(kind).resourceType === 'key')
    .flatMap((entry) =>
      getGrantKind(entry.kind)
        .listResources(entry, getGrantContext(configuration))
        .filter((ref) => ref.accountId === accountId && ref.region === region)
        .flatMap((ref) => listAccesses(configuration, entry, ref))
        .map((access) => ({ ...access, preset: 'preset' in entry ? entry.preset : undefined })),
    );

const listAccesses = (configuration: Configuration, entry: GrantEntry, ref: ResourceRef) =>
  getGrantKind(entry.kind).listAccesses(entry, anyMember, ref, getGrantContext(configuration));

/** An invented account, used to compare accesses by their roles. */
const anyMember: Account = {
  id: '000000000000',
  name: 'any',
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
};

function addOpenKey(
  organization: SimulatedOrganization,
  { partition, organization: { id: organizationId } }: Configuration,
  { accountId, region }: ResourceRef,
): string {
  const id = toKeyId(`secrets of ${accountId} in ${region}`);
  const statement = { Effect: 'Allow' as const, Resource: '*' };
  return organization.addKey({
    accountId,
    region,
    id,
    policy: {
      Version: '2012-10-17',
      Statement: [
        { ...statement, Principal: { AWS: `arn:${partition}:iam::${accountId}:root` }, Action: 'kms:*' },
        {
          ...statement,
          Sid: 'OrganizationReadsSecrets',
          Principal: { AWS: '*' },
          Action: ['kms:Decrypt', 'kms:DescribeKey'],
          Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
        },
      ],
    },
  });
}

export const toHex = (text: string, length: number): string =>
  Buffer.from(makeDigest(text, length)).toString('hex').slice(0, length);

export const toKeyId = (text: string): string =>
  toHex(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
