import { type PolicyDocument, serializePolicy } from '../shared/iam/document.ts';
import type {
  SimulatedBucket,
  SimulatedImage,
  SimulatedKey,
  SimulatedResource,
  SimulatedSecret,
  Tags,
} from './simulated-resources.ts';
import { makeDigest, type SimulatedWorld } from './world.ts';

/** A policy, as text or as a document. It is not checked, so that tests can create invalid policies too. */
export type PolicyInput = string | PolicyDocument;

/** The account and region of a resource. Default region: the world's home region. */
export interface ResourceInput {
  readonly accountId: string;
  readonly region?: string;
  readonly policy?: PolicyInput;
  readonly tags?: Tags;
}

export interface SecretInput extends ResourceInput {
  /** The six characters after its name. Default: generated. */
  readonly suffix?: string;
  /** Id of the first version of the secret. Default: generated. */
  readonly versionId?: string;
  readonly name: string;
  /** Value of the first version, which is AWSCURRENT. Default: none. */
  readonly value?: string;
  /** ARN of a customer managed key. Default: `aws/secretsmanager`. */
  readonly kmsKeyArn?: string;
  /** For a replica: the region of its primary secret. Default: it is no replica. */
  readonly primaryRegion?: string;
}

export const toPolicyText = (policy: PolicyInput): string =>
  typeof policy === 'string' ? policy : serializePolicy(policy);

export const makeBucket = (
  world: SimulatedWorld,
  input: ResourceInput & {
    readonly name: string;
    readonly blockPublicPolicy?: boolean;
    readonly kmsKeyId?: string;
  },
): SimulatedBucket => ({
  ...resource(world, input, input.name, `arn:${world.settings.partition}:s3:::${input.name}`),
  blockPublicPolicy: input.blockPublicPolicy ?? true,
  restrictPublicBuckets: false,
  objects: new Map(),
  kmsKeyId: input.kmsKeyId,
});

/** Without a policy, a key gets KMS's default policy: its account decides ("Default key policy"). */
export function makeKey(
  world: SimulatedWorld,
  input: ResourceInput & {
    readonly id?: string;
    readonly manager?: SimulatedKey['manager'];
    readonly alias?: string;
  },
): SimulatedKey {
  const id = input.id ?? uuidOf(`${input.accountId}/${world.keys.size}`);
  const arn = `${formatArnPrefix(world, 'kms', input)}:key/${id}`;
  return {
    ...resource(world, { policy: defaultKeyPolicy(world, input.accountId), ...input }, id, arn),
    state: 'Enabled',
    manager: input.manager ?? 'CUSTOMER',
    ...(input.alias === undefined ? {} : { alias: input.alias }),
  };
}

export const makeRepository = (
  world: SimulatedWorld,
  input: ResourceInput & { readonly name: string },
): SimulatedResource => ({
  ...resource(world, input, input.name, `${formatArnPrefix(world, 'ecr', input)}:repository/${input.name}`),
  createdAt: new Date(world.settings.clock.now()),
});

/** The ARN ends in six characters that Secrets Manager chooses ("Secret ARN"). */
export function makeSecret(world: SimulatedWorld, input: SecretInput): SimulatedSecret {
  const { name, value, kmsKeyArn, primaryRegion } = input;
  const prefix = `${formatArnPrefix(world, 'secretsmanager', input)}:secret:${name}`;
  const id = input.versionId ?? uuidOf(`${prefix}/1`);
  const createdAt = world.settings.clock.now();
  const first = { id, createdAt, value, stages: new Set(['AWSCURRENT']) };
  return {
    ...resource(world, input, name, `${prefix}-${input.suffix ?? makeDigest(prefix, 6)}`),
    primaryRegion,
    kmsKeyArn,
    versions: new Map(value === undefined ? [] : [[id, first]]),
    deletedAt: undefined,
    rotationFunctionArn: undefined,
  };
}

/** An image's ARN contains no account ("Actions, resources, and condition keys for Amazon EC2"). */
export function makeImage(
  world: SimulatedWorld,
  input: Omit<ResourceInput, 'policy'> & { readonly id: string; readonly kmsKeyArn?: string },
): SimulatedImage {
  const region = regionOf(world, input);
  const { accountId, id } = input;
  const arn = `arn:${world.settings.partition}:ec2:${region}::image/${id}`;
  const tags = { ...input.tags };
  const { kmsKeyArn } = input;
  return { accountId, region, id, arn, tags, state: 'available', kmsKeyArn, launchPermissions: [] };
}

export const makeTopic = (world: SimulatedWorld, input: ResourceInput & { readonly name: string }): string =>
  `${formatArnPrefix(world, 'sns', input)}:${input.name}`;

const regionOf = ({ settings }: SimulatedWorld, { region }: ResourceInput): string =>
  region ?? settings.homeRegion;

export const formatArnPrefix = (world: SimulatedWorld, service: string, location: ResourceInput): string =>
  `arn:${world.settings.partition}:${service}:${regionOf(world, location)}:${location.accountId}`;

const resource = (
  world: SimulatedWorld,
  location: ResourceInput,
  name: string,
  arn: string,
): SimulatedResource => ({
  accountId: location.accountId,
  region: regionOf(world, location),
  name,
  arn,
  policy: location.policy === undefined ? undefined : toPolicyText(location.policy),
  tags: { ...location.tags },
});

const defaultKeyPolicy = ({ settings }: SimulatedWorld, accountId: string): PolicyDocument => ({
  Version: '2012-10-17',
  Id: 'key-default-1',
  Statement: [
    {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:${settings.partition}:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

const uuidOf = (text: string): string =>
  Buffer.from(makeDigest(text, 32))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
