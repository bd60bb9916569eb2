import {
  CreateTagsCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  type EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, type KMSClient, ListGrantsCommand } from '@aws-sdk/client-kms';
import { TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { configurationHead } from './configuration.ts';
import { createAccount, moveAccount, type Organization, type OuName } from './organization.ts';
import {
  attachedPolicies,
  bucketPolicy,
  type Document,
  keyPolicy,
  namedIn,
  repositoryPolicy,
  secretPolicy,
} from './policies.ts';
import { addRepository, addSecret } from './resources.ts';

export const home = 'eu-west-1';
export const abroad = 'us-west-2';
/** Told by its tag, like the key abroad and the image. */
const taggedSecret = 'deploy/builder-token';

const tag = { Key: 'Use', Value: 'builder' };

/** The organization of the other tests, with what only this configuration names. */
export interface Life {
  readonly organization: Organization;
  readonly imageId: string;
  /** Of the key abroad. */
  readonly keyId: string;
  readonly configuration: string;
  /** Ids by OU. */
  readonly members: Readonly<Record<OuName, readonly string[]>>;
  /** Two of Workloads, whose names begin so. */
  readonly builders: readonly string[];
}

/** @param size how many accounts each OU has */
export async function livingIn(organization: Organization, size: number): Promise<Life> {
  const { accounts, central } = organization;
  const shared = await accounts.in(central.shared, home);
  const sharedAbroad = await accounts.in(central.shared, abroad);
  await addRepository(sharedAbroad, 'base/java');
  const keyId = await addTaggedKey(sharedAbroad.kms);
  await addSecret(shared, taggedSecret);
  await tagSecret(organization);
  const imageId = await addImage(shared.ec2);
  const builders = await addMembers(organization, 'Workloads', { name: 'builder', size: 2 });
  const members = {
    Workloads: [
      ...builders,
      ...(await addMembers(organization, 'Workloads', { name: 'workload', size: size - 2 })),
    ],
    Sandbox: await addMembers(organization, 'Sandbox', { name: 'sandbox', size }),
    Platform: await addMembers(organization, 'Platform', { name: 'platform', size }),
  };
  const configuration = configurationHead(organization) + grantsOn(organization.keys.ami);
  return { organization, imageId, keyId, configuration, members, builders };
}

const grantsOn = (key: string): string => `grants:
  - name: trail-logs
    kind: s3-bucket-policy
    account: log
    bucket: example-org-cloudtrail
    preset: cloudtrail-write
    for: { all: true }
  - name: people-read
    kind: assume-role-permission
    account: security
    groups: [Readers]
    role: people/ReadOnly
    for: { all: true }
  - name: ami-key
    kind: kms-key-policy
    account: shared
    key: ${key}
    preset: launch-encrypted-ami
    for: { ous: [Workloads, Sandbox] }
  - name: scaling
    kind: kms-grant
    account: shared
    key: ${key}
    preset: auto-scaling
    for: { names: ["builder-*"] }
  - name: base-image
    kind: ami-launch-permission
    account: shared
    tagged: { Use: builder }
    for: { ous: [Workloads] }
  - name: base-images
    kind: ecr-repository-policy
    account: shared
    regions: [${home}, ${abroad}]
    repositories: ["base/*"]
    preset: pull
    for: { ous: [Workloads, Sandbox] }
  - name: builder-secrets
    kind: secret-resource-policy
    account: shared
    tagged: { Use: builder }
    preset: read
    for: { names: ["builder-*"] }
  - name: builder-key
    kind: kms-key-policy
    account: shared
    regions: [${home}, ${abroad}]
    tagged: { Use: [builder, other] }
    preset: decrypt-secrets
    for: { names: ["builder-*"] }
`;

async function addMembers(
  organization: Organization,
  ou: OuName,
  { name, size }: { name: string; size: number },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= size; number += 1) {
    const id = await createAccount(organization.accounts.organizations, `${name}-${number}`);
    await moveAccount(organization, id, ou);
    ids.push(id);
  }
  return ids;
}

async function addImage(ec2: EC2Client): Promise<string> {
  const { ImageId = '' } = await ec2.send(new RegisterImageCommand({ Name: 'base' }));
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
  if (Images?.[0]?.State !== 'available') throw new Error(`Image ${ImageId} is ${Images?.[0]?.State}`);
  await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags: [tag] }));
  return ImageId;
}

async function addTaggedKey(kms: KMSClient): Promise<string> {
  const Tags = [{ TagKey: tag.Key, TagValue: tag.Value }];
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Tags }));
  return KeyMetadata?.KeyId ?? '';
}

async function tagSecret({ accounts, central }: Organization): Promise<void> {
  const { secretsManager } = await accounts.in(central.shared, home);
  await secretsManager.send(new TagResourceCommand({ SecretId: taggedSecret, Tags: [tag] }));
}

export async function untagSecret({ accounts, central }: Organization): Promise<void> {
  const { secretsManager } = await accounts.in(central.shared, home);
  await secretsManager.send(new UntagResourceCommand({ SecretId: taggedSecret, TagKeys: [tag.Key] }));
}

/** Who has what, by grant or repository: ids in order; `undefined` where there is no policy at all. */
export interface Holders {
  readonly trailLogs: Ids;
  readonly people: Ids;
  readonly amiKey: Ids;
  readonly scaling: Ids;
  readonly image: Ids;
  readonly secret: Ids;
  readonly builderKey: Ids;
  /** By region and name: `eu-west-1/base/node`. */
  readonly repositories: Readonly<Record<string, Ids>>;
}

type Ids = readonly string[] | undefined;

/** @param more repositories that were made meanwhile, by region and name */
export async function holdersIn(
  { organization, imageId, keyId }: Life,
  more: readonly string[] = [],
): Promise<Holders> {
  const { accounts, central, keys } = organization;
  const log = await accounts.in(central.log, home);
  const shared = await accounts.in(central.shared, home);
  const { kms: kmsAbroad } = await accounts.in(central.shared, abroad);
  const readers = await attachedPolicies(organization, 'group/Readers');
  const names = [`${home}/base/node`, `${home}/base/python`, `${abroad}/base/java`, ...more];
  const repositories: Record<string, Ids> = {};
  for (const name of names) repositories[name] = await pullersOf(organization, name);
  return {
    trailLogs: idsIn(await bucketPolicy(log, 'example-org-cloudtrail'), 'TrailLogsWrite'),
    people: namedIn(readers.find(({ path }) => path !== '/')?.document).PeopleReadAssume,
    amiKey: idsIn(await keyPolicy(shared, keys.ami), 'AmiKeyUse'),
    scaling: await granteesOf(shared.kms, keys.ami),
    image: await launchersOf(shared.ec2, imageId),
    builderKey: idsIn(await keyPolicy({ kms: kmsAbroad }, keyId), 'BuilderKeyDecrypt'),
    secret: idsIn(await secretPolicy(shared, taggedSecret), 'BuilderSecretsRead'),
    repositories,
  };
}

async function pullersOf({ accounts, central }: Organization, place: string): Promise<Ids> {
  const [, region = '', name = ''] = /^([^/]+)\/(.*)$/.exec(place) ?? [];
  return idsIn(await repositoryPolicy(await accounts.in(central.shared, region), name), 'BaseImagesPull');
}

const idsIn = (text: string | undefined, part: string): Ids =>
  text === undefined ? undefined : namedIn(JSON.parse(text) as Document)[part];

async function granteesOf(kms: KMSClient, KeyId: string): Promise<readonly string[]> {
  const { Grants = [], Truncated } = await kms.send(new ListGrantsCommand({ KeyId, Limit: 100 }));
  if (Truncated) throw new Error('More grants than one page');
  return Grants.flatMap(({ GranteePrincipal = '' }) => GranteePrincipal.split(':')[4] ?? []).sort();
}

async function launchersOf(ec2: EC2Client, ImageId: string): Promise<readonly string[]> {
  const { LaunchPermissions = [] } = await ec2.send(
    new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }),
  );
  return LaunchPermissions.flatMap(({ UserId }) => UserId ?? []).sort();
}
