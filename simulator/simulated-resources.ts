import type { PutEventSelectorsCommandInput } from '@aws-sdk/client-cloudtrail';
import type { ImageState, LaunchPermission } from '@aws-sdk/client-ec2';
import type { GrantConstraints, GrantOperation, KeyManagerType, KeyState } from '@aws-sdk/client-kms';
import type { AccountState } from '../shared/platform/account.ts';

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

/** A resource with one policy document. `policy` is the text that a read returns. */
export interface SimulatedResource {
  /** When a repository was created. This tells it apart from a later repository of the same name. */
  readonly createdAt?: Date;
  /** The owner. */
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  policy: string | undefined;
  /** Only keys and secrets have tags here. */
  readonly tags: Tags;
}

export interface SimulatedKey extends SimulatedResource {
  state: KeyState;
  readonly manager: KeyManagerType;
  /** `alias/…`. Default: none. */
  readonly alias?: string;
}

export interface SimulatedBucket extends SimulatedResource {
  /** Block Public Access rejects public policies. It has been on for every new bucket since April 2023. */
  readonly blockPublicPolicy: boolean;
  /** The setting RestrictPublicBuckets. */
  restrictPublicBuckets: boolean;
  /** Contents by key. */
  readonly objects: Map<string, string>;
  /** ARN of the key of the default encryption, or `alias/aws/s3`. `undefined`: S3 encrypts with keys of its own. */
  kmsKeyId: string | undefined;
}

/** A grant on a key. */
export interface SimulatedGrant {
  readonly id: string;
  readonly name: string | undefined;
  /** The unique id of a role that was deleted. */
  grantee: string;
  /** The operations that the grant allows, in alphabetical order. */
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
  /** ARN of the key that encrypts its snapshot. `undefined`: it is not encrypted. */
  kmsKeyArn: string | undefined;
  launchPermissions: readonly LaunchPermission[];
}

/** Entities that managed policies can be attached to. */
export interface PolicyHolder {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly uniqueId: string;
  readonly path: string;
  /** ARNs of managed policies. */
  readonly attached: Set<string>;
  /** By name. Their text is stored unchanged. */
  readonly inlinePolicies: Map<string, string>;
}

export type SimulatedGroup = PolicyHolder;

/** A role or a user, which can make calls. */
export interface Identity extends PolicyHolder {
  /** All inline policies as one document. */
  permissions: string | undefined;
  /** ARN of the managed policy that is the permissions boundary. */
  boundaryArn: string | undefined;
  readonly tags: Tags;
}

export interface SimulatedRole extends Identity {
  trust: string;
  readonly description: string | undefined;
  readonly createdAt: Date;
  /** The longest session that a caller can request. */
  maxSessionSeconds: number;
}

export interface SimulatedUser extends Identity {
  /** ARNs of the groups that the user is in. */
  readonly groups: Set<string>;
  /** The multi-factor device, and the code on its display. */
  readonly mfa: { readonly serialNumber: string; readonly code: string } | undefined;
}

export interface SimulatedInstanceProfile {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly uniqueId: string;
  readonly path: string;
  readonly createdAt: Date;
  /** ARN of the role in the instance profile. A profile holds one role at most. */
  roleArn: string | undefined;
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

/** A version of a secret. A new version of a rotation has no value yet. */
export interface SecretVersion {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  value: string | undefined;
  readonly stages: Set<string>;
}

export interface SimulatedSecret extends SimulatedResource {
  /** For a replica: the region of its primary secret. */
  readonly primaryRegion: string | undefined;
  /** ARN of the customer managed key. `undefined` for `aws/secretsmanager`. */
  readonly kmsKeyArn: string | undefined;
  /** By version id, in the order of creation. */
  readonly versions: Map<string, SecretVersion>;
  /** When it was scheduled for deletion, milliseconds since the epoch. */
  deletedAt: number | undefined;
  rotationFunctionArn: string | undefined;
  /** The current step of the rotation function. */
  rotationStep?: { readonly token: string; readonly functionRoleArn: string | undefined } | undefined;
}

/** A topic of Amazon SNS. */
export interface SimulatedTopic {
  /** ARN of the key that encrypts the topic. Absent if the topic is not encrypted. */
  readonly keyArn?: string;
}

export interface SimulatedExecution {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  /** JSON. */
  readonly input: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
}

/** A message in a queue. */
export interface SimulatedMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  hiddenUntil: number;
}

/** A trail of the organization. */
export interface SimulatedTrail {
  isLogging: boolean;
  /** As `PutEventSelectors` takes them. Default: all management events. */
  selectors?: Pick<PutEventSelectorsCommandInput, 'EventSelectors' | 'AdvancedEventSelectors'>;
}
