import { createHash } from 'node:crypto';
import type { ImageState, LaunchPermission } from '@aws-sdk/client-ec2';
import type { GrantConstraints, GrantOperation, KeyManagerType, KeyState } from '@aws-sdk/client-kms';
import type { Clock, Random } from '../shared/clock.ts';
import type { AccountState } from '../shared/organization/account.ts';
import { type AppConfigState, newAppConfig } from './app-config.ts';
import type { OrganisationEvent } from './events.ts';
import type { SimulatedSecret } from './secrets.ts';
import { newTaskTokens, type TaskTokens } from './task-tokens.ts';

export type Tags = Record<string, string>;

export interface SimulatedAccount {
  readonly id: string;
  readonly name: string;
  state: AccountState;
  /** Id of the root or of an OU. */
  parentId: string;
  readonly tags: Tags;
}

export interface SimulatedOu {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
}

/** A resource with one policy document; `policy` is the text that a read gives back. */
export interface SimulatedResource {
  /** Of a repository: it tells a new one from another one of its name. */
  readonly createdAt?: Date;
  /** The owner. */
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  policy: string | undefined;
  /** Of keys and secrets. */
  readonly tags: Tags;
}

export interface SimulatedKey extends SimulatedResource {
  state: KeyState;
  readonly manager: KeyManagerType;
}

export interface SimulatedBucket extends SimulatedResource {
  /** Block Public Access refuses policies that are public; on for every bucket since April 2023. */
  readonly blockPublicPolicy: boolean;
}

/** A grant on a key. */
export interface SimulatedGrant {
  readonly id: string;
  readonly name: string | undefined;
  /** The unique id of a role that was deleted. */
  grantee: string;
  /** Ordered. */
  readonly operations: readonly GrantOperation[];
  readonly constraints: GrantConstraints | undefined;
}

export interface SimulatedImage {
  /** The owner. */
  readonly accountId: string;
  readonly region: string;
  readonly id: string;
  readonly arn: string;
  readonly tags: Tags;
  state: ImageState;
  launchPermissions: readonly LaunchPermission[];
}

export interface SimulatedRole {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly uniqueId: string;
  readonly path: string;
  trust: string;
  /** The policy of what it may do, besides the managed policies attached to it. */
  readonly permissions: string | undefined;
  readonly attached: Set<string>;
}

export interface SimulatedGroup {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly uniqueId: string;
  readonly path: string;
  readonly attached: Set<string>;
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly createdAt: Date;
}

export interface SimulatedManagedPolicy {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly uniqueId: string;
  readonly path: string;
  readonly description: string | undefined;
  readonly tags: Tags;
  readonly createdAt: Date;
  updatedAt: Date;
  versions: readonly PolicyVersion[];
  defaultVersion: string;
  lastVersion: number;
}

/** Who calls: a role of an account, with the ARN of its session. */
export interface Caller {
  readonly accountId: string;
  readonly roleArn: string;
  readonly sessionArn: string;
  readonly roleId: string;
}

interface Session {
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface WorldSettings {
  /** `o-…` */
  readonly organizationId: string;
  readonly managementAccountId: string;
  /** `r-…` */
  readonly rootId: string;
  readonly hubAccountId: string;
  /** Default: `aws`. */
  readonly partition?: string;
  /** Default: `us-east-1`. */
  readonly homeRegion?: string;
  /** Name of the hub's role, whose credentials are `hubCredentials`. Default: `account-onboarding-hub`. */
  readonly hubRole?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Everything that the simulated services keep. Plain data; services change it, tests read it. */
export interface World {
  readonly settings: Required<WorldSettings>;
  readonly accounts: Map<string, SimulatedAccount>;
  readonly organizationalUnits: Map<string, SimulatedOu>;
  /** Accounts outside the organisation that AWS accepts as principals. */
  readonly foreignAccounts: Set<string>;
  /** Quotas that AWS can raise on request; a test raises them here. */
  readonly quotas: { roleTrustPolicyCharacters: number };
  /** Accounts that AWS refuses as principals though they are active. */
  readonly refusedPrincipals: Set<string>;
  /** Services that refuse a principal with an older text of theirs, such as `ecr`. */
  readonly olderRefusals: Set<string>;
  /** ARNs of users, and of roles of accounts outside the organisation. */
  readonly principals: Set<string>;
  /** Regions that an account has not enabled: `<account id>/<region>`. */
  readonly disabledRegions: Set<string>;
  /** By bucket name. */
  readonly buckets: Map<string, SimulatedBucket>;
  /** By image id. */
  readonly images: Map<string, SimulatedImage>;
  /** By the ARN of their key. */
  readonly grants: Map<string, SimulatedGrant[]>;
  /** These by ARN. */
  readonly keys: Map<string, SimulatedKey>;
  readonly repositories: Map<string, SimulatedResource>;
  readonly secrets: Map<string, SimulatedSecret>;
  readonly roles: Map<string, SimulatedRole>;
  readonly groups: Map<string, SimulatedGroup>;
  readonly managedPolicies: Map<string, SimulatedManagedPolicy>;
  readonly topics: Set<string>;
  readonly appConfig: AppConfigState;
  /** They are called synchronously, in the order of the events. */
  readonly listeners: ((event: OrganisationEvent) => void)[];
  /** By access key id. */
  readonly sessions: Map<string, Session>;
  /** What was put on an event bus, in order. */
  readonly putEvents: Record<string, unknown>[];
  /** What was published to a topic, in order. */
  readonly messages: Record<string, unknown>[];
  /** Of state machines: tasks that wait for their tokens. */
  readonly tasks: TaskTokens;
}

export const newWorld = (settings: WorldSettings): World => ({
  settings: { partition: 'aws', homeRegion: 'us-east-1', hubRole: 'account-onboarding-hub', ...settings },
  accounts: new Map(),
  organizationalUnits: new Map(),
  foreignAccounts: new Set(),
  quotas: { roleTrustPolicyCharacters: 2_048 },
  refusedPrincipals: new Set(),
  olderRefusals: new Set(),
  principals: new Set(),
  disabledRegions: new Set(),
  buckets: new Map(),
  keys: new Map(),
  grants: new Map(),
  images: new Map(),
  repositories: new Map(),
  secrets: new Map(),
  roles: new Map(),
  groups: new Map(),
  managedPolicies: new Map(),
  topics: new Set(),
  appConfig: newAppConfig(),
  listeners: [],
  sessions: new Map(),
  putEvents: [],
  messages: [],
  tasks: newTaskTokens(),
});

/** Tells every listener, each with a copy of its own. */
export function announce({ listeners }: World, event: OrganisationEvent): void {
  for (const listener of [...listeners]) listener(structuredClone(event));
}

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `length` random letters and digits, from the world's random numbers. */
export function randomText({ settings }: World, length: number, alphabet = alphanumeric): string {
  let text = '';
  while (text.length < length) text += alphabet[Math.floor(settings.random() * alphabet.length)];
  return text;
}

/** Looks like a UUID; from the world's random numbers. */
export function randomUuid(world: World): string {
  const digits = randomText(world, 32, '0123456789abcdef');
  const part = (from: number, to: number): string => digits.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`;
}

/** `length` characters that depend on nothing but `text`: the ids that AWS gives to entities. */
export const digest = (text: string, length: number): string =>
  [...createHash('sha256').update(text).digest()]
    .map((byte) => alphanumeric[byte % alphanumeric.length])
    .join('')
    .slice(0, length);

/** An OU or the root, by its id. */
export const isContainer = (world: World, id: string): boolean =>
  id === world.settings.rootId || world.organizationalUnits.has(id);

/** From the root down to the account's parent. */
function parentIds(world: World, parentId: string): readonly string[] {
  const parent = world.organizationalUnits.get(parentId);
  return parent === undefined ? [parentId] : [...parentIds(world, parent.parentId), parentId];
}

/** `o-…/r-…/ou-…/`, as `aws:PrincipalOrgPaths` carries it ("AWS global condition context keys"). */
export const organizationPath = (world: World, account: SimulatedAccount): string =>
  `${[world.settings.organizationId, ...parentIds(world, account.parentId)].join('/')}/`;
