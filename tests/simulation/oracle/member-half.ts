import type { SimulatedWorld } from '../../../simulator/world.ts';
import { type Expected, expected, type Situation } from './expected.ts';
import { readerOf } from './kinds/index.ts';
import { type Document, documentOf } from './policies.ts';
import type { Case, Subject } from './reader.ts';
import { allows, type Request } from './requests.ts';
import type { Ref } from './resources.ts';

/** The oracle's answer for one access that names a role. */
export interface ExpectedAccess {
  /** Key of the central resource. */
  readonly key: string;
  readonly accountId: string;
  readonly role: string;
  readonly status: 'verified' | 'denied' | 'pending' | 'central-only';
}

/** A member role in the configuration. */
interface Described {
  readonly name: string;
  readonly trusts: Readonly<Record<string, unknown>>;
}

/**
 * The meaning of configuration and world together for every access that names a role ("Ready", docs/run-results.md).
 */
export const expectedAccesses = (situation: Situation): readonly ExpectedAccess[] =>
  expected(situation).flatMap((row) =>
    listRoles(row.entry, situation).flatMap((role) =>
      [...row.accounts].map((id) => ({
        key: row.key,
        accountId: id,
        role: role.name,
        status: statusOf(situation, row, role, subjectOf(situation.world, id)),
      })),
    ),
  );

function listRoles(
  entry: Expected['entry'],
  { configuration }: Pick<Situation, 'configuration'>,
): readonly Described[] {
  const names = [entry.memberRole, ...((entry.memberRoles as readonly string[] | undefined) ?? [])];
  const described = (configuration.memberRoles ?? []) as readonly Described[];
  return names.flatMap((name) => described.filter((role) => role.name === name));
}

function subjectOf({ accounts, organizationalUnits }: SimulatedWorld, id: string): Subject {
  const above = (parent: string): readonly string[] => {
    const ou = organizationalUnits.get(parent);
    return ou === undefined ? [parent] : [...above(ou.parentId), parent];
  };
  return { id, parentIds: above(accounts.get(id)?.parentId ?? '') };
}

/** The worst answer of both halves. */
function statusOf(
  situation: Situation,
  row: Expected,
  role: Described,
  subject: Subject,
): ExpectedAccess['status'] {
  const isCentral =
    hasCentralHalf(situation, row, role, subject) && hasKey(situation, row, role.name, subject);
  const member = memberHalf(situation, row, role, subject);
  return isCentral || member === 'denied' ? member : 'denied';
}

/** The readers of kinds only use the names of roles, so the entry gets the data of the member role. */
function hasCentralHalf(
  { world, configuration }: Situation,
  { entry, ref }: Expected,
  { name, trusts }: Described,
  subject: Subject,
): boolean {
  const isAssumed = entry.kind === 'assume-role-permission';
  const named = isAssumed ? { role: name, mfa: asksForMfa(trusts) } : { roles: [name] };
  const grantCase: Case = {
    entry: { ...entry, ...named } as Case['entry'],
    ref,
    subject,
    organizationId: configuration.organization.id,
  };
  return readerOf(entry.kind).has(world, grantCase, configuration.installation, entry.name) === 'everything';
}

const asksForMfa = (trusts: Described['trusts']): boolean => trusts.mfa === true;

function memberHalf(
  { world, configuration }: Situation,
  { entry, ref }: Expected,
  described: Described,
  { id }: Subject,
): ExpectedAccess['status'] {
  const arn = `arn:aws:iam::${id}:role/${described.name}`;
  const inAccount = [...world.roles.values()].filter(({ accountId }) => accountId === id);
  const reads = inAccount.some(
    ({ path, inlinePolicies }) =>
      path === '/account-onboarding/' && [...inlinePolicies.values()].join().includes(`"${arn}"`),
  );
  if (!reads) return 'central-only';
  const role = world.roles.get(arn);
  const bare = described.name.slice(described.name.indexOf('/') + 1);
  if (role === undefined)
    return withoutRole(inAccount.filter(({ name }) => name === bare).map(({ path }) => path));
  const organizationId = configuration.organization.id;
  const trust = documentOf(role.trust);
  if (entry.kind === 'assume-role-permission')
    return toStatus(trustRequests(arn, described, ref, organizationId).every((each) => allows(trust, each)));
  return toStatus(
    allows(trust, assumedByService(arn, described)) &&
      hasProfile(world, { id, bare, arn, described }) &&
      sent(world, entry, ref).every(
        (request) =>
          (role.boundaryArn === undefined || allows(managed(world, role.boundaryArn), request)) &&
          allows(joined([...role.inlinePolicies.values()]), request),
      ),
  );
}

/** The reader may read a role of an equal name if the role has no path. It may not read another one. */
function withoutRole(paths: readonly string[]): ExpectedAccess['status'] {
  if (paths.length === 0) return 'pending';
  return paths.includes('/') ? 'denied' : 'central-only';
}

const toStatus = (works: boolean): ExpectedAccess['status'] => (works ? 'verified' : 'denied');

const joined = (texts: readonly string[]): Document => ({
  Version: '2012-10-17',
  Statement: texts.flatMap((text) => documentOf(text).Statement),
});

function managed({ managedPolicies }: SimulatedWorld, arn: string): Document {
  const policy = managedPolicies.get(arn);
  return documentOf(policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document);
}

/** By the group or role of the central resource. */
function trustRequests(
  resource: string,
  { trusts }: Described,
  { accountId, id }: Ref,
  organizationId: string,
): readonly Request[] {
  const { externalId } = trusts;
  const who = id.startsWith('group/') ? 'user/AnyPerson' : id;
  return [
    {
      who: { accountId },
      action: 'sts:AssumeRole',
      resource,
      keys: {
        'aws:PrincipalOrgID': organizationId,
        'aws:PrincipalArn': `arn:aws:iam::${accountId}:${who}`,
        ...(asksForMfa(trusts) ? { 'aws:MultiFactorAuthPresent': 'true' } : {}),
        ...(typeof externalId === 'string' ? { 'sts:ExternalId': externalId } : {}),
      },
    },
  ];
}

const assumedByService = (resource: string, { trusts }: Described): Request => ({
  who: { service: `${String(trusts.service)}.amazonaws.com` },
  action: 'sts:AssumeRole',
  resource,
  keys: {},
});

interface Profiled {
  readonly id: string;
  readonly bare: string;
  readonly arn: string;
  readonly described: Described;
}

/** Only EC2 uses a role through an instance profile. */
const hasProfile = ({ instanceProfiles }: SimulatedWorld, { id, bare, arn, described }: Profiled): boolean =>
  described.trusts.service !== 'ec2' ||
  [...instanceProfiles.values()].some(
    ({ accountId, name, roleArn }) => accountId === id && name === bare && roleArn === arn,
  );

/** Whether the policy of the key lets the role read the secret. Other resources have no key here. */
function hasKey(
  { world, configuration }: Situation,
  { entry, ref }: Expected,
  role: string,
  { id }: Subject,
): boolean {
  return listKeyCalls(world, entry.kind, ref).every((request) =>
    allows(documentOf(world.keys.get(request.resource)?.policy), {
      ...request,
      who: { accountId: id },
      keys: {
        ...request.keys,
        'aws:PrincipalOrgID': configuration.organization.id,
        'aws:PrincipalArn': `arn:aws:iam::${id}:role/${role}`,
      },
    }),
  );
}

/** Secrets Manager decrypts in the name of the role. */
function listKeyCalls(world: SimulatedWorld, kind: string, ref: Ref): readonly Request[] {
  if (kind !== 'secret-resource-policy') return [];
  const secret = [...world.secrets.values()].find(
    ({ accountId, name }) => accountId === ref.accountId && name === ref.id,
  );
  const resource = secret?.kmsKeyArn ?? '';
  return [{ who: 'holder', action: 'kms:Decrypt', resource, keys: throughSecretsManager(ref) }];
}

const sent = (world: SimulatedWorld, { kind, preset }: Expected['entry'], ref: Ref): readonly Request[] => [
  { ...toCall(kind, ref), keys: preset === 'decrypt-secrets' ? throughSecretsManager(ref) : {} },
  ...listKeyCalls(world, kind, ref),
];

const throughSecretsManager = ({ region }: Ref): Request['keys'] => ({
  'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
});

/** The requirements of the role. */
function toCall(kind: string, { accountId, region, id }: Ref): Request {
  const requests: Readonly<Record<string, readonly [action: string, resource: string]>> = {
    's3-bucket-policy': ['s3:GetObject', `arn:aws:s3:::${id}/revision.zip`],
    'kms-key-policy': ['kms:Decrypt', `arn:aws:kms:${region}:${accountId}:key/${id}`],
    'ecr-repository-policy': ['ecr:BatchGetImage', `arn:aws:ecr:${region}:${accountId}:repository/${id}`],
    'secret-resource-policy': [
      'secretsmanager:GetSecretValue',
      `arn:aws:secretsmanager:${region}:${accountId}:secret:${id}-AbCdEf`,
    ],
    'role-trust-policy': ['sts:AssumeRole', `arn:aws:iam::${accountId}:role/${id}`],
  };
  const [action, resource] = requests[kind] ?? [];
  if (action === undefined || resource === undefined) throw new Error(`The oracle knows no call of ${kind}`);
  return { who: 'holder', action, resource, keys: {} };
}
