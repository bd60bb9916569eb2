import { type PolicyInput, toPolicyText } from './makers.ts';
import type {
  Identity,
  SimulatedGroup,
  SimulatedInstanceProfile,
  SimulatedManagedPolicy,
  SimulatedRole,
  SimulatedUser,
  Tags,
} from './simulated-resources.ts';
import { makeDigest, type SimulatedWorld } from './world.ts';

/** The fields that users, groups and roles have. */
interface EntityInput {
  readonly accountId: string;
  readonly name: string;
  /** Default: `/`. */
  readonly path?: string;
}

interface IdentityInput extends EntityInput {
  /** An inline policy. Default: none. */
  readonly permissions?: PolicyInput;
  /** Inline policies by name. */
  readonly inlinePolicies?: Readonly<Record<string, PolicyInput>>;
  /** ARNs of managed policies. */
  readonly attached?: readonly string[];
  /** ARN of the managed policy that is the permissions boundary. */
  readonly boundaryArn?: string;
  readonly tags?: Tags;
}

export interface RoleInput extends IdentityInput {
  readonly trust: PolicyInput;
  readonly description?: string;
  /** Default: one hour. */
  readonly maxSessionSeconds?: number;
}

export interface UserInput extends IdentityInput {
  /** ARNs of groups. */
  readonly groups?: readonly string[];
  /** The code that the user's multi-factor device shows. Default: the user has no device. */
  readonly mfaCode?: string;
}

export interface ManagedPolicyInput extends EntityInput {
  readonly document: PolicyInput;
  readonly tags?: Tags;
}

const uniqueIdPrefixes = {
  role: 'AROA',
  user: 'AIDA',
  group: 'AGPA',
  policy: 'ANPA',
  'instance-profile': 'AIPA',
} as const;

type EntityType = keyof typeof uniqueIdPrefixes;

/**
 * Makes the ARN and the unique id of an entity. The prefix of the id tells the type (IAM user guide, "IAM
 * identifiers").
 */
function makeEntity(world: SimulatedWorld, type: EntityType, { accountId, name, path = '/' }: EntityInput) {
  const arn = `arn:${world.settings.partition}:iam::${accountId}:${type}${path}${name}`;
  return { accountId, name, path, arn, uniqueId: `${uniqueIdPrefixes[type]}${makeDigest(arn, 17)}` };
}

/** The unique id of a user or a role. */
export const makeUniqueId = (arn: string): string =>
  `${arn.includes(':user/') ? 'AIDA' : 'AROA'}${makeDigest(arn, 17)}`;

const makeIdentity = (world: SimulatedWorld, type: EntityType, input: IdentityInput): Identity => {
  const { permissions, inlinePolicies = {}, attached = [], boundaryArn, tags = {} } = input;
  const named = { ...(permissions === undefined ? {} : { permissions }), ...inlinePolicies };
  const identity: Identity = {
    ...makeEntity(world, type, input),
    inlinePolicies: new Map(Object.entries(named).map(([name, policy]) => [name, toPolicyText(policy)])),
    permissions: undefined,
    attached: new Set(attached),
    boundaryArn,
    tags: { ...tags },
  };
  updatePermissions(identity);
  return identity;
};

/**
 * Joins the inline policies of a role or user into one document. Must be called after each change of an inline policy.
 */
export function updatePermissions(identity: Identity): void {
  const texts = [...identity.inlinePolicies.values()];
  identity.permissions = texts.length < 2 ? texts[0] : joinPolicies(texts);
}

const joinPolicies = (texts: readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: texts.flatMap((text) => JSON.parse(text).Statement),
  });

export const makeRole = (world: SimulatedWorld, input: RoleInput): SimulatedRole => ({
  ...makeIdentity(world, 'role', input),
  trust: toPolicyText(input.trust),
  description: input.description,
  createdAt: new Date(world.settings.clock.now()),
  maxSessionSeconds: input.maxSessionSeconds ?? 3_600,
});

export function makeUser(world: SimulatedWorld, input: UserInput): SimulatedUser {
  const { accountId, name, groups = [], mfaCode } = input;
  const serialNumber = `arn:${world.settings.partition}:iam::${accountId}:mfa/${name}`;
  return {
    ...makeIdentity(world, 'user', input),
    groups: new Set(groups),
    mfa: mfaCode === undefined ? undefined : { serialNumber, code: mfaCode },
  };
}

export const makeGroup = (world: SimulatedWorld, input: EntityInput): SimulatedGroup => ({
  ...makeEntity(world, 'group', input),
  attached: new Set(),
  inlinePolicies: new Map(),
});

export const makeInstanceProfile = (
  world: SimulatedWorld,
  input: EntityInput & { readonly roleArn?: string },
): SimulatedInstanceProfile => ({
  ...makeEntity(world, 'instance-profile', input),
  createdAt: new Date(world.settings.clock.now()),
  roleArn: input.roleArn,
});

export function makeManagedPolicy(world: SimulatedWorld, input: ManagedPolicyInput): SimulatedManagedPolicy {
  const createdAt = new Date(world.settings.clock.now());
  return {
    ...makeEntity(world, 'policy', input),
    description: undefined,
    tags: { ...input.tags },
    createdAt,
    updatedAt: createdAt,
    versions: [{ id: 'v1', document: toPolicyText(input.document), createdAt }],
    defaultVersion: 'v1',
    lastVersion: 1,
  };
}
