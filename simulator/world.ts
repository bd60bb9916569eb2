import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { Decision } from '../shared/iam/authorize.ts';
import type { ContextValues } from '../shared/iam/request.ts';
import type { Clock, Random } from '../shared/platform/clock.ts';
import { getPartitionFacts } from '../shared/platform/partitions.ts';
import { type AppConfigState, createAppConfigState } from './app-config-state.ts';
import { type CloudFormationState, createCloudFormationState } from './cloudformation/state.ts';
import type { SimulatedTable } from './dynamodb/tables.ts';
import { createDeployedState, type DeployedState } from './on-behalf/deployed-state.ts';
import type { OrganizationEvent } from './organization-event.ts';
import { createOrganizationPolicyState, type OrganizationPolicyState } from './organization-policy-state.ts';
import type {
  SimulatedAccount,
  SimulatedBucket,
  SimulatedExecution,
  SimulatedGrant,
  SimulatedGroup,
  SimulatedImage,
  SimulatedInstanceProfile,
  SimulatedKey,
  SimulatedManagedPolicy,
  SimulatedMessage,
  SimulatedOu,
  SimulatedResource,
  SimulatedRole,
  SimulatedSecret,
  SimulatedTopic,
  SimulatedTrail,
  SimulatedUser,
  Tags,
} from './simulated-resources.ts';
import { createTaskTokens, type TaskTokens } from './task-tokens.ts';

/** The caller: a role of an account, with the ARN of its session; a user; or a service of AWS. */
export interface Caller {
  /** For a service: the account that it acts for. */
  readonly accountId: string;
  /** ARN of the role or user; the name of a service, such as `ec2.amazonaws.com`. */
  readonly roleArn: string;
  /** The caller in the messages of AWS: the ARN of its session. */
  readonly sessionArn: string;
  /** Unique id of the role or user. */
  readonly roleId: string;
  /** Default: a session of a role. */
  readonly type?: 'user' | 'service';
  /** For a service: the ARN of the resource that it acts for. */
  readonly sourceArn?: string;
  readonly session?: SessionFacts;
}

/** What a session has in addition to its role or user. */
export interface SessionFacts {
  /**
   * Whether the session was opened with multi-factor authentication. With `none`, its requests do not have the
   * condition key. Default: false.
   */
  readonly mfa?: boolean | 'none';
  readonly sourceIdentity?: string;
  /** Session tags. They win over tags of the role. */
  readonly tags?: Tags;
  /** Keys of the session tags that the next session of a chain inherits. */
  readonly transitiveTagKeys?: readonly string[];
  /** Texts of session policies. */
  readonly policies?: readonly string[];
}

/** The policy engine's decision about one call. */
export interface CallDecision {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  /** The condition keys that the service gave. */
  readonly context: ContextValues;
  readonly decision: Decision;
}

interface Session {
  readonly caller: Caller;
  /**
   * Whether a process finds these credentials in its environment. While a function runs, its role replaces their
   * caller. Default: no.
   */
  readonly ofProcess?: true;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface SimulatedWorldSettings {
  /** Id of the organization, such as `o-exampleorg`. */
  readonly organizationId: string;
  readonly managementAccountId: string;
  /** Id of the root, such as `r-exam`. */
  readonly rootId: string;
  readonly hubAccountId: string;
  /** Default: `aws`. */
  readonly partition?: string;
  /** Region of the hub and of Control Tower. Default: the region of Organizations. */
  readonly homeRegion?: string;
  /** Name of the hub's role, whose credentials are `hubCredentials`. Default: `account-onboarding-hub`. */
  readonly hubRole?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** All data of the simulated services. It has no methods: services change it, and tests read it. */
export interface SimulatedWorld {
  readonly settings: Required<SimulatedWorldSettings>;
  readonly accounts: Map<string, SimulatedAccount>;
  readonly organizationalUnits: Map<string, SimulatedOu>;
  /** Accounts outside the organization that AWS accepts as principals. */
  readonly foreignAccounts: Set<string>;
  /** Quotas that AWS raises on request. Tests can raise them too. */
  readonly quotas: { roleTrustPolicyCharacters: number };
  /** Accounts that AWS rejects as principals although they are active. */
  readonly refusedPrincipals: Set<string>;
  /** Services that reject a principal with an older form of their message, such as `ecr`. */
  readonly olderRefusals: Set<string>;
  /** ARNs of users, and of roles of accounts outside the organization. */
  readonly principals: Set<string>;
  /** Regions that an account has not enabled: `<account id>/<region>`. */
  readonly disabledRegions: Set<string>;
  /** By bucket name. */
  readonly buckets: Map<string, SimulatedBucket>;
  /** By image id. */
  readonly images: Map<string, SimulatedImage>;
  /** By the ARN of their key. */
  readonly grants: Map<string, SimulatedGrant[]>;
  /** By ARN. */
  readonly keys: Map<string, SimulatedKey>;
  readonly repositories: Map<string, SimulatedResource>;
  readonly secrets: Map<string, SimulatedSecret>;
  readonly roles: Map<string, SimulatedRole>;
  readonly users: Map<string, SimulatedUser>;
  readonly groups: Map<string, SimulatedGroup>;
  readonly instanceProfiles: Map<string, SimulatedInstanceProfile>;
  readonly managedPolicies: Map<string, SimulatedManagedPolicy>;
  /** Topics, by ARN. */
  readonly topics: Map<string, SimulatedTopic>;
  /** Trails of CloudTrail, by name. */
  readonly trails: Map<string, SimulatedTrail>;
  /** Tags of state machines, by ARN. */
  readonly stateMachineTags: Map<string, Readonly<Record<string, string>>>;
  readonly appConfig: AppConfigState;
  readonly cloudFormation: CloudFormationState;
  readonly organizationPolicies: OrganizationPolicyState;
  /** Tables of DynamoDB by ARN. */
  readonly tables: Map<string, SimulatedTable>;
  /** The caller that replaces the credentials of the process while a function runs. */
  readonly functionCaller: AsyncLocalStorage<Caller>;
  /** Called with each decision about a call. */
  readonly decisionListeners: ((decision: CallDecision) => void)[];
  /** Called synchronously, in the order of the events. */
  readonly listeners: ((event: OrganizationEvent) => void)[];
  /** Called with CloudTrail's events of key use. */
  readonly keyUseListeners: ((event: OrganizationEvent) => void)[];
  /** By access key id. */
  readonly sessions: Map<string, Session>;
  /** Events on an event bus, in order. */
  readonly putEvents: Record<string, unknown>[];
  /** How events of this project broke their published contract, one line for each. */
  readonly contractViolations: string[];
  /** Messages of a topic, in order. */
  readonly messages: Record<string, unknown>[];
  /** For state machines: tasks that wait for their tokens. */
  readonly tasks: TaskTokens;
  /** Executions that were started by the API, by ARN. */
  readonly executions: Map<string, SimulatedExecution>;
  /** Queues by URL, each with its messages in order. */
  readonly queues: Map<string, SimulatedMessage[]>;
  /** Rules of the hub's default bus, by name. */
  readonly eventRules: Map<string, 'ENABLED' | 'DISABLED'>;
  /** Rules, state machines and policies of deployed templates, for calls that services make on their behalf. */
  readonly deployed: DeployedState;
}

export const createWorld = (settings: SimulatedWorldSettings): SimulatedWorld => ({
  settings: {
    partition: 'aws',
    homeRegion: getPartitionFacts(settings.partition ?? 'aws').organizationsRegion,
    hubRole: 'account-onboarding-hub',
    ...settings,
  },
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
  users: new Map(),
  groups: new Map(),
  instanceProfiles: new Map(),
  managedPolicies: new Map(),
  topics: new Map(),
  trails: new Map(),
  stateMachineTags: new Map(),
  appConfig: createAppConfigState(),
  cloudFormation: createCloudFormationState(),
  organizationPolicies: createOrganizationPolicyState(settings.hubAccountId),
  tables: new Map(),
  functionCaller: new AsyncLocalStorage(),
  decisionListeners: [],
  listeners: [],
  keyUseListeners: [],
  sessions: new Map(),
  putEvents: [],
  contractViolations: [],
  messages: [],
  tasks: createTaskTokens(),
  executions: new Map(),
  queues: new Map(),
  eventRules: new Map(),
  deployed: createDeployedState(),
});

/** Gives each listener its own copy of the event. */
export function announce({ listeners }: SimulatedWorld, event: OrganizationEvent): void {
  for (const listener of [...listeners]) listener(structuredClone(event));
}

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `length` random letters and digits, from the world's random numbers. */
export function makeRandomText(
  { settings }: SimulatedWorld,
  length: number,
  alphabet = alphanumeric,
): string {
  let text = '';
  while (text.length < length) text += alphabet[Math.floor(settings.random() * alphabet.length)];
  return text;
}

/** A text in the form of a UUID, made with the simulation's random numbers. */
export function makeRandomUuid(world: SimulatedWorld): string {
  const digits = makeRandomText(world, 32, '0123456789abcdef');
  const part = (from: number, to: number): string => digits.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`;
}

/** `length` characters that depend only on `text`. Used for the ids that AWS gives to entities. */
export const makeDigest = (text: string, length: number): string =>
  [...createHash('sha256').update(text).digest()]
    .map((byte) => alphanumeric[byte % alphanumeric.length])
    .join('')
    .slice(0, length);

/** An OU or the root, by its id. */
export const isContainer = (world: SimulatedWorld, id: string): boolean =>
  id === world.settings.rootId || world.organizationalUnits.has(id);

/** Ids of the OUs above an account, from the root down to its parent. */
export function listParentIds(world: SimulatedWorld, parentId: string): readonly string[] {
  const parent = world.organizationalUnits.get(parentId);
  return parent === undefined ? [parentId] : [...listParentIds(world, parent.parentId), parentId];
}

/** `o-…/r-…/ou-…/`, in the form of `aws:PrincipalOrgPaths` ("AWS global condition context keys"). */
export const getOrganizationPath = (world: SimulatedWorld, account: SimulatedAccount): string =>
  `${[world.settings.organizationId, ...listParentIds(world, account.parentId)].join('/')}/`;
