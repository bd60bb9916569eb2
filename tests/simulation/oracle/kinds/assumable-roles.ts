import type { SimulatedWorld } from '../../../../simulator/world.ts';
import { asId, type IsFull } from '../capacity.ts';
import { documentReader } from '../document-reader.ts';
import type { Entry } from '../entry.ts';
import { type Document, documentOf } from '../policies.ts';
import { organizationKeys } from '../probes.ts';
import type { Candidate, Reader } from '../reader.ts';
import type { Request } from '../requests.ts';
import type { Ref } from '../resources.ts';

const namesOf = (entry: Entry, field: 'groups' | 'roles'): readonly string[] =>
  field in entry ? ((entry[field] ?? []) as readonly string[]) : [];

const holderOf = (
  sort: 'group' | 'role',
  { accountId, name }: Pick<Ref, 'accountId'> & { readonly name: string },
): Candidate => ({ accountId, region: 'us-east-1', id: `${sort}/${name}`, tags: {} });

/** The policies of a group or role. One without a Sid on its statement has the Sid in its tag (docs/decisions/0019). */
function attached(world: SimulatedWorld, ref: Ref): readonly Document[] {
  return [...(holderAt(world, ref)?.attached ?? [])].map((arn) => {
    const policy = world.managedPolicies.get(arn);
    const text = policy?.versions.find((each) => each.id === policy.defaultVersion)?.document;
    const sid = policy?.tags['account-onboarding:sid'];
    const document = documentOf(text);
    if (sid === undefined) return document;
    return { ...document, Statement: document.Statement.map((each) => ({ Sid: sid, ...each })) };
  });
}

function holderAt(world: SimulatedWorld, { accountId, id }: Ref) {
  const [sort, name] = id.split('/');
  const all = sort === 'group' ? [...world.groups.values()] : [...world.roles.values()];
  return all.find((each) => each.accountId === accountId && each.name === name);
}

/**
 * The characters of one policy that belong to no role. With `accountsIn: condition` they contain the name of the role
 * once.
 */
const frame = 300;

const isFull: IsFull = (world, ref, demands, { installation, limits }) => {
  const holder = holderAt(world, ref);
  const ours = `:policy/account-onboarding/${installation}/`;
  const others = [...(holder?.attached ?? [])].filter((arn) => !arn.includes(ours)).length;
  const attachable = ref.id.startsWith('group/')
    ? limits.managedPoliciesPerGroup
    : limits.managedPoliciesPerRole;
  const perPolicy = demands.map(({ entry }) => {
    const role = 'role' in entry ? String(entry.role) : '';
    if ('accountsIn' in entry && entry.accountsIn === 'condition')
      return Math.floor((limits.managedPolicyCharacters - frame - role.length) / asId);
    return Math.floor(
      (limits.managedPolicyCharacters - frame) / `"arn:aws:iam::123456789012:role/${role}",`.length,
    );
  });
  const wanted = demands.reduce((sum, { accountIds }) => sum + Math.max(accountIds.length, 1), 0);
  return wanted > (attachable - others) * Math.max(1, Math.min(...perPolicy) - 2);
};

const ofPresentRole: Reader = documentReader({
  named: (entry) => [
    ...namesOf(entry, 'groups').map((name) => `group/${name}`),
    ...namesOf(entry, 'roles').map((name) => `role/${name}`),
  ],
  patterns: () => ({ names: [], tags: undefined }),
  all: (world) => [
    ...[...world.groups.values()].map((each) => holderOf('group', each)),
    ...[...world.roles.values()]
      .filter(({ attached }) => attached.size > 0)
      .map((each) => holderOf('role', each)),
  ],
  documents: attached,
  isFull,
  probes: (grantCase) => {
    const { entry, subject } = grantCase;
    const role = 'role' in entry ? String(entry.role) : '';
    const needsMfa = !('mfa' in entry) || entry.mfa !== false;
    const arn = (name: string): string => `arn:aws:iam::${subject.id}:role/${name}`;
    const assume = (resource: string, mfa: boolean, action = 'sts:AssumeRole'): Request => ({
      who: 'holder',
      action,
      resource,
      keys: {
        'aws:ResourceAccount': subject.id,
        ...organizationKeys('Resource', grantCase),
        ...(mfa ? { 'aws:MultiFactorAuthPresent': 'true' } : {}),
      },
    });
    return {
      allowed: [assume(arn(role), needsMfa)],
      refused: [
        assume(arn('AnotherRole'), true),
        assume(arn(`${role}s`), true),
        assume(arn(role), true, 'sts:TagSession'),
        ...(needsMfa ? [assume(arn(role), false)] : []),
      ],
    };
  },
});

/** A statement may still name the role that an earlier configuration had. That is a part of the access. */
export const assumableRoles: Reader = {
  ...ofPresentRole,
  has: (world, grantCase, installation, grant) => {
    const has = ofPresentRole.has(world, grantCase, installation, grant);
    const { ref, subject } = grantCase;
    const holdings = ofPresentRole.holdings(world, ref, installation, grant);
    return has === 'nothing' && holdings.some(({ ids }) => ids.includes(subject.id)) ? 'something' : has;
  },
};
