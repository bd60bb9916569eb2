import type {
  DescribeImageAttributeCommandInput,
  DescribeImageAttributeCommandOutput,
  DescribeImagesCommandInput,
  DescribeImagesCommandOutput,
  DescribeSnapshotsCommandInput,
  DescribeSnapshotsCommandOutput,
  Filter,
  LaunchPermission,
  ModifyImageAttributeCommandInput,
  ModifyImageAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { matchesGlob } from '../../shared/platform/glob.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import { isKnownPrincipal } from '../principals.ts';
import type { SimulatedImage } from '../simulated-resources.ts';
import { toTagList } from '../tags.ts';
import { parseWildcards } from '../wildcards.ts';
import type { SimulatedWorld } from '../world.ts';

/** AMI sharing: organizations, OUs and accounts together ("Amazon EC2 endpoints and quotas", General Reference). */
const maxShares = 1_000;

/** Amazon EC2: launch permissions of images. Source: EC2 API reference, "ModifyImageAttribute", "Error codes". */
export const ec2: ServiceOperations = {
  DescribeImages: defineOperation<DescribeImagesCommandInput, DescribeImagesCommandOutput>((call) => {
    const { items, next } = getPage('images', ownImages(call), call.input.NextToken);
    return {
      Images: items.map((image) => ({
        ImageId: image.id,
        OwnerId: image.accountId,
        State: image.state,
        Tags: toTagList(image.tags),
        BlockDeviceMappings: [
          { Ebs: { SnapshotId: toSnapshotId(image), Encrypted: image.kmsKeyArn !== undefined } },
        ],
      })),
      ...(next === undefined ? {} : { NextToken: next }),
    };
  }),

  /** Each image has one snapshot. */
  DescribeSnapshots: defineOperation<DescribeSnapshotsCommandInput, DescribeSnapshotsCommandOutput>(
    (call) => {
      expectAllowed(call, 'ec2:DescribeSnapshots');
      const { SnapshotIds = [] } = call.input;
      const own = listOwnImages(call);
      return {
        Snapshots: SnapshotIds.map((id) =>
          toSnapshot(
            own.find((image) => toSnapshotId(image) === id),
            id,
          ),
        ),
      };
    },
  ),

  DescribeImageAttribute: defineOperation<
    DescribeImageAttributeCommandInput,
    DescribeImageAttributeCommandOutput
  >((call) => {
    const image = authorizedImage(call, 'ec2:DescribeImageAttribute');
    expectLaunchPermission(call.input.Attribute);
    return { ImageId: image.id, LaunchPermissions: image.launchPermissions.map((each) => ({ ...each })) };
  }),

  /** Changes all launch permissions or none: the request fails if one of its accounts does not exist. */
  ModifyImageAttribute: defineOperation<ModifyImageAttributeCommandInput, ModifyImageAttributeCommandOutput>(
    (call) => {
      const image = authorizedImage(call, 'ec2:ModifyImageAttribute');
      const { Attribute = 'launchPermission', LaunchPermission, ...others } = call.input;
      expectLaunchPermission(Attribute);
      if (LaunchPermission === undefined || 'OperationType' in others)
        throw createAwsError('NotSimulated', 'Only LaunchPermission with Add and Remove is simulated', 501);
      const { Add = [], Remove = [] } = LaunchPermission;
      if (Add.length > 0 && isManagedByAws(call.world, image)) throw createUnshareable();
      if (Add.length > 0 && image.state !== 'available')
        throw createAwsError('InvalidAMIID.Unavailable', `The image ID '${image.id}' is no longer available`);
      for (const permission of Add) expectKnown(call.world, permission);
      const gone = new Set(Remove.map(key));
      const kept = image.launchPermissions.filter((each) => !gone.has(key(each)));
      const there = new Set(kept.map(key));
      const next = [...kept, ...Add.filter((each) => !there.has(key(each)))];
      if (next.filter(({ Group }) => Group === undefined).length > maxShares)
        throw createAwsError('ResourceLimitExceeded', `An AMI can be shared with ${maxShares} entities`);
      image.launchPermissions = next;
      return {};
    },
  ),
};

const key = ({ UserId, Group, OrganizationArn, OrganizationalUnitArn }: LaunchPermission): string =>
  UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group ?? '';

function expectLaunchPermission(attribute: string | undefined): void {
  if (attribute !== 'launchPermission')
    throw createAwsError('NotSimulated', `The attribute ${attribute} of an image is not simulated`, 501);
}

function expectKnown(world: SimulatedWorld, permission: LaunchPermission): void {
  const { UserId, OrganizationArn, OrganizationalUnitArn } = permission;
  if (UserId !== undefined && !isKnownPrincipal(world, 'AWS', UserId)) throw createUnknown(UserId, 'userId');
  if (OrganizationArn !== undefined && OrganizationArn !== formatOrganizationArn(world))
    throw createUnknown(OrganizationArn, 'organizationArn');
  if (OrganizationalUnitArn !== undefined && !isKnownOu(world, OrganizationalUnitArn))
    throw createUnknown(OrganizationalUnitArn, 'organizationalUnitArn');
}

const createUnknown = (value: string, type: string) =>
  createAwsError(
    'InvalidAMIAttributeItemValue',
    `Invalid attribute item value "${value}" for ${type} item type.`,
  );

const formatOrganizationArn = ({ settings }: SimulatedWorld): string =>
  `arn:${settings.partition}:organizations::${settings.managementAccountId}:organization/${settings.organizationId}`;

/** Whether an ARN such as `arn:…:ou/o-…/ou-…` names an OU of this organization. */
const isKnownOu = (world: SimulatedWorld, arn: string): boolean => {
  const prefix = formatOrganizationArn(world).replace(':organization/', ':ou/');
  return arn.startsWith(`${prefix}/`) && world.organizationalUnits.has(arn.slice(prefix.length + 1));
};

function ownImages(call: ServiceCall<DescribeImagesCommandInput>): readonly SimulatedImage[] {
  const { ImageIds, Owners, Filters = [] } = call.input;
  if (ImageIds === undefined && Owners?.join() !== 'self')
    throw createAwsError('NotSimulated', 'Only the images of the caller itself are simulated', 501);
  expectAllowed(call, 'ec2:DescribeImages');
  const own = listOwnImages(call);
  const missing = ImageIds?.find((id) => !own.some((image) => image.id === id));
  if (missing !== undefined)
    throw createAwsError('InvalidAMIID.NotFound', `The image id '[${missing}]' does not exist`);
  return own.filter(
    (image) =>
      (ImageIds === undefined || ImageIds.includes(image.id)) &&
      Filters.every((filter) => passes(image, filter)),
  );
}

function expectAllowed({ world, caller, region }: ServiceCall<object>, action: string): void {
  const attempt = { action, resource: '*', resourceAccount: caller.accountId, region };
  const denial = findDenial(world, caller, attempt);
  if (denial !== undefined) throw createAwsError('UnauthorizedOperation', denial, 403);
}

const listOwnImages = ({ world, caller, region }: ServiceCall<object>): readonly SimulatedImage[] =>
  [...world.images.values()].filter(
    (image) => image.accountId === caller.accountId && image.region === region,
  );

const toSnapshotId = ({ id }: SimulatedImage): string => id.replace('ami-', 'snap-');

function toSnapshot(image: SimulatedImage | undefined, id: string) {
  if (image === undefined)
    throw createAwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
  const { kmsKeyArn } = image;
  return {
    SnapshotId: id,
    Encrypted: kmsKeyArn !== undefined,
    ...(kmsKeyArn === undefined ? {} : { KmsKeyId: kmsKeyArn }),
  };
}

const isManagedByAws = ({ keys }: SimulatedWorld, { kmsKeyArn }: SimulatedImage): boolean =>
  kmsKeyArn !== undefined && keys.get(kmsKeyArn)?.manager === 'AWS';

/**
 * The error for an image that cannot be shared. The API reference does not have its message, so it is taken from
 * reports of users.
 */
const createUnshareable = () =>
  createAwsError(
    'InvalidParameter',
    "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.",
  );

/**
 * Whether an image matches a filter. Case matters. `*` and `?` are wildcards, and a backslash makes the next character
 * literal ("Filtering using the API").
 */
function passes({ state, tags }: SimulatedImage, { Name = '', Values = [] }: Filter): boolean {
  if (Name !== 'state' && !Name.startsWith('tag:'))
    throw createAwsError('NotSimulated', `The filter ${Name} is not simulated`, 501);
  const value = Name === 'state' ? state : tags[Name.slice('tag:'.length)];
  return value !== undefined && Values.some((pattern) => matchesGlob(parseWildcards(pattern, '[]{}'), value));
}

interface ImageInput {
  readonly ImageId: string | undefined;
}

function authorizedImage({ world, caller, region, input }: ServiceCall<ImageInput>, action: string) {
  const { ImageId = '' } = input;
  const image = world.images.get(ImageId);
  if (image === undefined || image.region !== region)
    throw createAwsError('InvalidAMIID.NotFound', `The image id '[${ImageId}]' does not exist`);
  if (image.accountId !== caller.accountId)
    throw createAwsError('AuthFailure', `Not authorized for image:${ImageId}`, 403);
  const denial = findDenial(world, caller, attemptOn(image, action));
  if (denial !== undefined) throw createAwsError('UnauthorizedOperation', denial, 403);
  return image;
}

const attemptOn = (image: SimulatedImage, action: string) => ({
  action,
  resource: image.arn,
  resourceAccount: image.accountId,
  region: image.region,
});
