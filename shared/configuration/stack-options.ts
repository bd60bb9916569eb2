import * as z from 'zod';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import { maxOwnTags, objectSchema, tagsSchema, textSchema } from '../platform/schema-fields.ts';
import type { PathFinding } from './messages.ts';

/** Values that CloudWatch Logs allows (API reference, "PutRetentionPolicy"). */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Options for all CloudFormation stacks: the hub, and every template that a command writes. */
export const stackOptionsSchema = objectSchema({
  /**
   * The name of a managed policy, with its path: the permissions boundary of all roles. The policy must exist in every
   * account with a stack.
   */
  permissionsBoundary: textSchema(
    /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/,
    'the name of a managed policy that each account has, with its path if it has one, such as security/Boundary',
  ).optional(),
  /**
   * The customer managed key that encrypts the table, queues and log groups. If stacks in several regions use it, it
   * must be a multi-Region key.
   */
  key: textSchema(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key').optional(),
  /** Tags for every resource that can have tags. */
  tags: tagsSchema.optional(),
  /** How many days CloudWatch keeps log lines. Default: 365. */
  logRetentionDays: z
    .literal(retentionDays, `must be a number of days that CloudWatch accepts: ${retentionDays.join(', ')}`)
    .optional(),
  /** Whether the log groups stay when the stack is deleted. */
  keepLogs: z.boolean().default(false),
});

/** The parts of a configuration that the options of stacks need. */
interface WithStackOptions {
  readonly stacks?: z.infer<typeof stackOptionsSchema> | undefined;
}

/** The ARN of the permissions boundary for all roles of a stack. The policy is in the stack's account. */
export const getBoundaryArn = (
  { stacks }: WithStackOptions,
  { partition, accountId }: { readonly partition: string; readonly accountId: string },
): string | undefined =>
  stacks?.permissionsBoundary === undefined
    ? undefined
    : `arn:${partition}:iam::${accountId}:policy/${stacks.permissionsBoundary}`;

/** The permissions boundary of a member role, with placeholders: its own, or the one for all stacks. */
export const getMemberRoleBoundary = (
  { permissionsBoundary }: MemberRole,
  configuration: WithStackOptions,
): string | undefined =>
  permissionsBoundary ??
  getBoundaryArn(configuration, { partition: '{partition}', accountId: '{accountId}' });

/**
 * The replicas of a multi-Region key have the same key id, which begins with `mrk-` ("Multi-Region keys in AWS KMS",
 * KMS developer guide).
 */
const multiRegionKey = /^(arn:[\w-]+:kms:)[\w-]+(:\d{12}:key\/mrk-[\w-]+)$/;

/** The key for stacks in a region. `undefined` if the configuration names none. */
export const getStackKeyArn = ({ stacks }: WithStackOptions, region: string): string | undefined =>
  stacks?.key?.replace(multiRegionKey, (_, start: string, end: string) => `${start}${region}${end}`);

/** Why the key cannot be used for stacks in these regions. */
export function describeKeyRegionMistake(
  { stacks }: WithStackOptions,
  regions: readonly string[],
): string | undefined {
  const { key } = stacks ?? {};
  const keyRegion = key?.split(':')[3];
  const [other] = regions.filter((region) => region !== keyRegion);
  if (key === undefined || other === undefined || multiRegionKey.test(key)) return undefined;
  return `must be a multi-Region key with a replica in ${other}, since a stack there needs it. This key is in ${keyRegion} only`;
}

/**
 * Adds the tags for all stacks to the tags of one resource. The tags of the resource win. IAM ignores case when it
 * compares keys.
 */
export function mergeTags(
  own: Readonly<Record<string, string>>,
  { stacks }: WithStackOptions,
): Readonly<Record<string, string>> {
  const names = new Set(Object.keys(own).map((key) => key.toLowerCase()));
  const added = Object.entries(stacks?.tags ?? {}).filter(([key]) => !names.has(key.toLowerCase()));
  return { ...own, ...Object.fromEntries(added) };
}

/** Member roles that would have too many tags, together with the tags for all stacks. */
export const checkStackOptions = (
  configuration: WithStackOptions & { readonly memberRoles?: readonly MemberRole[] | undefined },
): readonly PathFinding[] =>
  (configuration.memberRoles ?? []).flatMap(({ tags = {} }, index) => {
    const count = Object.keys(mergeTags(tags, configuration)).length;
    if (configuration.stacks?.tags === undefined || count <= maxOwnTags) return [];
    const message = `must be at most ${maxOwnTags} tags together with \`stacks.tags\`. They are ${count}`;
    return [{ path: ['memberRoles', index, 'tags'], message }];
  });
