import type { Configuration } from '../../shared/configuration/schema.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';
import type { SimulatedWorld } from '../../simulator/world.ts';

type Limits = Configuration['limits'];

const bytes = (text: string): number => Buffer.byteLength(text);
const withoutSpace = (text: string): string => text.replaceAll(/\s/g, '');

/**
 * The limit of each service, counted as the service does. Sources: S3 user guide, "Bucket policies"; KMS developer
 * guide, "Resource quotas"; ECR and Secrets Manager API references, "SetRepositoryPolicy" and "PutResourcePolicy"; IAM
 * user guide, "IAM and AWS STS quotas".
 */
const documents: Readonly<Record<string, (input: Input, limits: Limits) => Count | undefined>> = {
  PutBucketPolicy: ({ Policy }) => count(bytes(withoutSpace(text(Policy))), 20_480),
  PutKeyPolicy: ({ Policy }) => count(bytes(text(Policy)), 32_768),
  SetRepositoryPolicy: ({ policyText }) => count(text(policyText).length, 10_240),
  PutResourcePolicy: ({ ResourcePolicy }) => count(text(ResourcePolicy).length, 20_480),
  UpdateAssumeRolePolicy: ({ PolicyDocument }, { roleTrustPolicyCharacters }) =>
    count(withoutSpace(text(PolicyDocument)).length, roleTrustPolicyCharacters),
  CreatePolicy: ({ PolicyDocument }, { managedPolicyCharacters }) =>
    count(withoutSpace(text(PolicyDocument)).length, managedPolicyCharacters),
  CreatePolicyVersion: ({ PolicyDocument }, { managedPolicyCharacters }) =>
    count(withoutSpace(text(PolicyDocument)).length, managedPolicyCharacters),
};

type Input = Readonly<Record<string, unknown>>;

interface Count {
  readonly size: number;
  readonly limit: number;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (size: number, limit: number): Count => ({ size, limit });

/** How many things a resource has, after the call. */
const things: Readonly<
  Record<string, (world: SimulatedWorld, input: Input, limits: Limits) => Count | undefined>
> = {
  AttachGroupPolicy: ({ groups }, { GroupName }, { managedPoliciesPerGroup }) =>
    count(
      [...groups.values()].find(({ name }) => name === GroupName)?.attached.size ?? 0,
      managedPoliciesPerGroup,
    ),
  CreateGrant: ({ grants }, { KeyId }, { grantsPerKey }) =>
    count(
      [...grants].filter(([arn]) => arn.endsWith(`key/${KeyId}`)).flatMap(([, keyGrants]) => keyGrants)
        .length,
      grantsPerKey,
    ),
  ModifyImageAttribute: ({ images }, { ImageId, LaunchPermission }, { launchPermissionsPerImage }) =>
    text(JSON.stringify(LaunchPermission)).includes('"Add"')
      ? count(images.get(String(ImageId))?.launchPermissions.length ?? 0, launchPermissionsPerImage)
      : undefined,
};

const excess = ({ operation, input }: SimulatedCall, counted: Count | undefined): string | undefined =>
  counted === undefined || counted.size <= counted.limit
    ? undefined
    : `${operation} on ${Object.values(input).find((value) => typeof value === 'string')} is over the limit: ` +
      `${counted.size} of ${counted.limit}`;

/** The excess of a sent write, whether AWS accepts it or not. */
export const findExcessBefore = (call: SimulatedCall, limits: readonly Limits[]): string | undefined =>
  excessByAll(limits, (each) => excess(call, documents[call.operation]?.(call.input as Input, each)));

/** The excess of a resource after a write. */
export const findExcessAfter = (
  call: SimulatedCall,
  world: SimulatedWorld,
  limits: readonly Limits[],
): string | undefined =>
  excessByAll(limits, (each) => excess(call, things[call.operation]?.(world, call.input as Input, each)));

/** A size within the limits of one active configuration is no excess. */
function excessByAll(
  limits: readonly Limits[],
  by: (limits: Limits) => string | undefined,
): string | undefined {
  const excesses = limits.map(by);
  return excesses.every((each) => each !== undefined) ? excesses[0] : undefined;
}
