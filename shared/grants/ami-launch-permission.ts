import {
  DescribeImageAttributeCommand,
  type EC2Client,
  type LaunchPermission,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { createPolicy, type PolicyDocument, type Statement } from '../iam/document.ts';
import { createManagedSid } from '../iam/managed-statements.ts';
import { admitNamed } from './admitted-accounts.ts';
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
import { grantEntryFields } from './grant-schema.ts';
import { checkImageEntry, imageDiscovery, imageFields } from './image-discovery.ts';
import { createArnPermissions } from './permissions.ts';
import { createAccountRequest, createCentralAccess } from './principals.ts';

/**
 * Which accounts may launch an image. Sharing an image needs no permission on its snapshots. Where they are encrypted,
 * the accounts also need the key: a `kms-key-policy` grant `launch-encrypted-ami`, and for Auto Scaling groups a
 * `kms-grant` (EC2 user guide, "Share an AMI with specific AWS accounts").
 */
const schema = z
  .strictObject({
    ...grantEntryFields,
    kind: z.literal('ami-launch-permission'),
    ...imageFields,
  })
  .check(checkImageEntry);

type Entry = z.infer<typeof schema>;

/**
 * The principals that an image is shared with, ordered: `111122223333` for an account, the ARN of an organization or OU,
 * `all`. They bear no marks, so the table alone knows which are managed, and for which grant.
 */
interface LaunchPermissions {
  readonly sharedWith: readonly string[];
}

const sidOf = ({ name }: Entry, { installationId }: GrantContext): string =>
  createManagedSid({ installationId, grant: name, part: 'launch' });

/** What the table remembers: `<Sid of the grant>/<account id>`. */
const accountOf = (mark: string): string => mark.slice(mark.lastIndexOf('/') + 1);
const sidIn = (mark: string): string => mark.slice(0, mark.lastIndexOf('/'));

/** The owner launches its own images anyway. */
const wantedIds = ({ accounts }: Share<Entry>, ref: ResourceRef): readonly string[] =>
  accounts.map(({ id }) => id).filter((id) => id !== ref.accountId);

const sharedByOthers = (
  { sharedWith }: LaunchPermissions,
  remembered: readonly string[],
): ReadonlySet<string> => {
  const ours = new Set(remembered.map(accountOf));
  return new Set(sharedWith.filter((id) => !ours.has(id)));
};

/** An account that somebody else has shared the image with stays theirs: we neither count it ours nor take it back. */
function render(request: RenderRequest<Entry, LaunchPermissions>) {
  const { ref, actual, shares, remembered, context } = request;
  const foreign = sharedByOthers(actual, remembered);
  const kept = request.keepUnclaimed === true ? unclaimed(request) : [];
  const all = (counted: readonly Share<Entry>[]): ReadonlySet<string> =>
    new Set([...foreign, ...kept.map(accountOf), ...counted.flatMap((share) => wantedIds(share, ref))]);
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
    wantedIds(share, ref)
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

function listGranted(
  entry: Entry,
  { sharedWith }: LaunchPermissions,
  context: GrantContext,
  remembered: readonly string[],
): AdmittedAccounts {
  const there = new Set(sharedWith);
  const sid = sidOf(entry, context);
  const marks = remembered.filter((mark) => sidIn(mark) === sid);
  return admitNamed(new Set(marks.map(accountOf).filter((id) => there.has(id))));
}

/** The marks of what no grant of the configuration shares any more, as far as it is there. */
function unclaimed({
  actual,
  shares,
  remembered,
  context,
}: RenderRequest<Entry, LaunchPermissions>): readonly string[] {
  const there = new Set(actual.sharedWith);
  const claimed = new Set(shares.map(({ entry }) => sidOf(entry, context)));
  return remembered.filter((mark) => !claimed.has(sidIn(mark)) && there.has(accountOf(mark)));
}

/** `*` is this image, as in a key policy it is the key. */
const launch = { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*' } as const;

function documents(
  { sharedWith }: LaunchPermissions,
  remembered: readonly string[] = [],
): Readonly<Record<string, PolicyDocument | undefined>> {
  const there = new Set(sharedWith);
  const marks = remembered.filter((mark) => there.has(accountOf(mark)));
  const own = Map.groupBy(marks, sidIn);
  const ours = new Set(marks.map(accountOf));
  const statements: readonly Statement[] = [
    ...[...own].map(([Sid, of]) => ({ Sid, ...launch, Principal: { AWS: of.map(accountOf) } })),
    ...foreignStatements(sharedWith.filter((id) => !ours.has(id))),
  ];
  return {
    'launch-permissions': statements.length === 0 ? undefined : { ...createPolicy(), Statement: statements },
  };
}

function foreignStatements(sharedWith: readonly string[]): readonly Statement[] {
  const accounts = sharedWith.filter((id) => /^\d{12}$/.test(id));
  const others = sharedWith.filter((id) => !accounts.includes(id));
  return [
    ...(accounts.length === 0 ? [] : [{ ...launch, Principal: { AWS: accounts } }]),
    ...others.map((arn) => ({ ...launch, Principal: '*' as const, ...heldTo(arn) })),
  ];
}

/** `arn:aws:organizations::111122223333:organization/o-…`, `…:ou/o-…/ou-…`, or `all`. */
function heldTo(arn: string): Pick<Statement, 'Condition'> {
  const [type, organizationId = '', ou] = arn.split(':').at(-1)?.split('/') ?? [];
  if (type === 'organization')
    return { Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } } };
  if (type !== 'ou') return {};
  const paths = `${organizationId}/*/${ou}/*`;
  return { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } } };
}

async function read({ ec2 }: { ec2: EC2Client }, { id }: ResourceRef): Promise<LaunchPermissions> {
  const { LaunchPermissions = [] } = await ec2.send(
    new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission' }),
  );
  return { sharedWith: LaunchPermissions.flatMap((each) => named(each) ?? []).sort() };
}

const named = ({
  UserId,
  OrganizationArn,
  OrganizationalUnitArn,
  Group,
}: LaunchPermission): string | undefined => UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group;

/** Only accounts are ever added or removed: what is not ours is in both states. One refused account refuses them all. */
async function write(
  { ec2 }: { ec2: EC2Client },
  ref: ResourceRef,
  { from, to }: StateChange<LaunchPermissions>,
): Promise<void> {
  const without = (ids: readonly string[], others: readonly string[]): LaunchPermission[] => {
    const known = new Set(others);
    return ids.filter((id) => !known.has(id)).map((UserId) => ({ UserId }));
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

/** An image has no account in its ARN (Service Authorization Reference, "Amazon EC2"). */
const imageArn = ({ region, id }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:ec2:${region}::image/${id}`;

const actions = { read: ['ec2:DescribeImageAttribute'], write: ['ec2:ModifyImageAttribute'] };

/** Limit: AWS General Reference, "Amazon EC2 endpoints and quotas", AMI sharing. */
export const amiLaunchPermission: GrantKind<Entry, LaunchPermissions> = {
  name: 'ami-launch-permission',
  title: 'AMI launch permission',
  resourceType: 'image',
  policyKind: 'image',
  schema,
  actions,
  // No identity: EC2 gives no image id twice.
  empty: { sharedWith: [] },
  listResources: (entry, context) =>
    listPlaces(entry, context).flatMap((place) =>
      (entry.images ?? []).map((id) => ({ kind: 'ami-launch-permission', id, ...place })),
    ),
  discovery: imageDiscovery,
  listPermissions: (on, context) => createArnPermissions({ actions, formatArn: imageArn }, on, context),
  listAccesses: (_, account, ref, context) =>
    account.id === ref.accountId
      ? []
      : [
          createCentralAccess(
            account,
            `its roles launch the image ${ref.id}`,
            createAccountRequest(account, context, {
              action: 'ec2:RunInstances',
              resource: imageArn(ref, context),
              on: ref,
            }),
          ),
        ],
  render,
  listGrantedAccounts: (entry, _, actual, context, remembered) =>
    listGranted(entry, actual, context, remembered),
  listAccountsWithOwnAccess: (ref, actual, remembered) =>
    new Set([ref.accountId, ...sharedByOthers(actual, remembered)]),
  isSame: (a, b) => a.sharedWith.join() === b.sharedWith.join(),
  toDocuments: documents,
  read,
  write,
};
