import {
  DescribeImageAttributeCommand,
  type EC2Client,
  type LaunchPermission,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { createManagedSid } from '../iam/managed-statements.ts';
import { getAdmittedAccounts } from './admitted-accounts.ts';
import type {
  AdmittedAccounts,
  GrantContext,
  GrantKind,
  RenderRequest,
  ResourceRef,
  Share,
  StateChange,
} from './contract.ts';
import { measureCounted } from './counted-limit.ts';
import { listPlaces } from './discovery.ts';
import { checkMatch, grantEntryFields, match } from './grant-schema.ts';
import { checkImageEntry, imageDiscovery, imageFields } from './image-discovery.ts';
import { imageKeyActions, listImageKeyPermissions, readImageKeys, toLaunchUse } from './image-keys.ts';
import {
  createLaunchDocuments,
  createLaunchStatements,
  getMarkedId,
  getMarkedSid,
  getSharedId,
  type LaunchPermissions,
  listOrganizationArns,
  toLaunchPermission,
} from './launch-permissions.ts';
import { createArnPermissions } from './permissions.ts';
import { createAccountRequest, createCentralAccess, matchOf } from './principals.ts';

/**
 * A grant that shares images. Sharing an image needs no permission on its snapshots. If the snapshots are encrypted,
 * the accounts also need the key: by a `kms-key-policy` grant with `launch-encrypted-ami`, and for Auto Scaling groups
 * by a `kms-grant` (EC2 user guide, "Share an AMI with specific AWS accounts").
 */
const schema = z
  .strictObject({
    ...grantEntryFields,
    kind: z.literal('ami-launch-permission'),
    match,
    ...imageFields,
  })
  .check(checkMatch)
  .check(checkImageEntry);

type Entry = z.infer<typeof schema>;

const sidOf = ({ name }: Entry, { installationId }: GrantContext): string =>
  createManagedSid({ installationId, grant: name, part: 'launch' });

/**
 * The accounts, OUs or organization to share the image with. The owner is not among them, because it can always launch
 * its own images.
 */
const wantedIds = (share: Share<Entry>, ref: ResourceRef, context: GrantContext): readonly string[] => {
  const declared = matchOf(share);
  return declared === 'accounts'
    ? share.accounts.map(({ id }) => id).filter((id) => id !== ref.accountId)
    : listOrganizationArns(share.entry, declared, context);
};

const sharedByOthers = (
  { sharedWith }: LaunchPermissions,
  remembered: readonly string[],
): ReadonlySet<string> => {
  const ours = new Set(remembered.map(getMarkedId));
  return new Set(sharedWith.filter((id) => !ours.has(id)));
};

/**
 * Renders the launch permissions. One that another tool added is unmanaged: it stays, and gives no account the access
 * of a grant.
 */
function render(request: RenderRequest<Entry, LaunchPermissions>) {
  const { ref, actual, shares, remembered, context } = request;
  const foreign = sharedByOthers(actual, remembered);
  const kept = listRetainedMarks(request);
  const all = (counted: readonly Share<Entry>[]): ReadonlySet<string> =>
    new Set([
      ...foreign,
      ...kept.map(getMarkedId),
      ...counted.flatMap((share) => wantedIds(share, ref, context)),
    ]);
  const limit = context.limits.launchPermissionsPerImage;
  const size = measureCounted({
    ref,
    shares,
    now: actual.sharedWith.length,
    count: (counted) => all(counted).size,
    limit,
    unit: 'launch permissions',
    setting: 'launchPermissionsPerImage',
  });
  const granted = shares.flatMap((share) =>
    wantedIds(share, ref, context)
      .filter((id) => !foreign.has(id))
      .map((id) => `${sidOf(share.entry, context)}/${id}`),
  );
  return {
    next: { sharedWith: [...all(shares)].sort() },
    owned: [...granted, ...kept],
    size,
    limit,
    unit: 'launch permissions' as const,
  };
}

/**
 * The accounts that have the access of a grant now. If another tool has shared the image with the same organization or
 * OU, its launch permission counts too, because a write would change nothing.
 */
function listGranted(
  entry: Entry,
  { sharedWith }: LaunchPermissions,
  context: GrantContext,
  remembered: readonly string[],
): AdmittedAccounts {
  const there = new Set(sharedWith);
  const sid = sidOf(entry, context);
  const ours = remembered.filter((mark) => getMarkedSid(mark) === sid).map(getMarkedId);
  const declared = entry.match === 'accounts' ? [] : listOrganizationArns(entry, entry.match, context);
  const ids = [...new Set([...ours, ...declared])].filter((id) => there.has(id));
  return getAdmittedAccounts(createLaunchStatements(ids, sid));
}

/** Marks of grants that were renamed or removed from the configuration. Their launch permissions stay for now. */
function listRetainedMarks(request: RenderRequest<Entry, LaunchPermissions>): readonly string[] {
  const { actual, shares, remembered, context, retainFormerGrants } = request;
  if (retainFormerGrants === undefined) return [];
  const there = new Set(actual.sharedWith);
  const current = new Set(shares.map(({ entry }) => sidOf(entry, context)));
  const stays = (id: string): boolean => there.has(id) && !retainFormerGrants.without.has(id);
  return remembered.filter((mark) => !current.has(getMarkedSid(mark)) && stays(getMarkedId(mark)));
}

async function read({ ec2 }: { ec2: EC2Client }, { id }: ResourceRef): Promise<LaunchPermissions> {
  const { LaunchPermissions = [] } = await ec2.send(
    new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission' }),
  );
  return { sharedWith: LaunchPermissions.flatMap((each) => getSharedId(each) ?? []).sort() };
}

/**
 * Sends only the differences, so that unmanaged launch permissions stay. If AWS does not accept one of the accounts, it
 * rejects the whole request.
 */
async function write(
  { ec2 }: { ec2: EC2Client },
  ref: ResourceRef,
  { from, to }: StateChange<LaunchPermissions>,
): Promise<void> {
  const without = (ids: readonly string[], others: readonly string[]): LaunchPermission[] => {
    const otherIds = new Set(others);
    return ids.filter((id) => !otherIds.has(id)).map(toLaunchPermission);
  };
  const Add = without(to.sharedWith, from.sharedWith);
  const Remove = without(from.sharedWith, to.sharedWith);
  if (Add.length + Remove.length === 0) return;
  await ec2.send(
    new ModifyImageAttributeCommand({
      ImageId: ref.id,
      LaunchPermission: {
        ...(Add.length === 0 ? {} : { Add }),
        ...(Remove.length === 0 ? {} : { Remove }),
      },
    }),
  );
}

/** The ARN of an image has no account id (Service Authorization Reference, "Amazon EC2"). */
const imageArn = ({ region, id }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:ec2:${region}::image/${id}`;

const actions = {
  read: ['ec2:DescribeImageAttribute'],
  write: ['ec2:ModifyImageAttribute'],
  readKeys: imageKeyActions,
};

/** Limit: AWS General Reference, "Amazon EC2 endpoints and quotas", AMI sharing. */
export const amiLaunchPermission: GrantKind<Entry, LaunchPermissions> = {
  name: 'ami-launch-permission',
  title: 'AMI launch permission',
  resourceType: 'image',
  policyKind: 'image',
  schema,
  actions,
  // `readIdentity` is absent, because EC2 never uses an image id again.
  empty: { sharedWith: [] },
  listResources: (entry, context) =>
    listPlaces(entry, context).flatMap((accountRegion) =>
      (entry.images ?? []).map((id) => ({ kind: 'ami-launch-permission', id, ...accountRegion })),
    ),
  discovery: imageDiscovery,
  listArns: (ref, context) => [imageArn(ref, context)],
  listPermissions: (on, context) => createArnPermissions({ actions, formatArn: imageArn }, on, context),
  listAccesses: (_, account, ref, context) =>
    account.id === ref.accountId
      ? []
      : [
          {
            ...createCentralAccess(
              account,
              `its roles launch the image ${ref.id}`,
              createAccountRequest(account, context, {
                action: 'ec2:RunInstances',
                resource: imageArn(ref, context),
                on: ref,
              }),
            ),
            keyUse: toLaunchUse(ref, context),
          },
        ],
  readContentKeys: readImageKeys,
  listKeyPermissions: (_, on, context) => listImageKeyPermissions(on, context),
  render,
  listSids: (entry, _, context) => [sidOf(entry, context)],
  listGrantedAccounts: (entry, _, actual, context, remembered) =>
    listGranted(entry, actual, context, remembered),
  listAccountsWithOwnAccess: (ref, actual, remembered) =>
    new Set([ref.accountId, ...sharedByOthers(actual, remembered)]),
  isSame: (a, b) => a.sharedWith.join() === b.sharedWith.join(),
  toDocuments: createLaunchDocuments,
  read,
  write,
};
