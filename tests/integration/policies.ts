import { GetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { GetResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import type { Account } from './accounts.ts';
import type { Organization } from './organization.ts';

export type Statement = Readonly<Record<string, unknown>> & { readonly Sid?: string };

export interface Document {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** Names of the policies of `configuration.ts` that are a document of their own. */
type PolicyName =
  | 'cloudtrail'
  | 'flow-logs'
  | 'trail-key'
  | 'ami-key'
  | 'base/node'
  | 'base/python'
  | 'runner-token'
  | 'registry-login'
  | 'revisions';

export type Policies = Readonly<Record<PolicyName, Document | undefined>>;

/** Every policy as it stands now, `undefined` where there is none. Parsed from JSON and nothing else. */
export async function readPolicies({ accounts, central, keys }: Organization): Promise<Policies> {
  const log = await accounts.in(central.log, 'eu-west-1');
  const shared = await accounts.in(central.shared, 'eu-west-1');
  const configuration = await accounts.in(central.configuration, 'eu-central-1');
  const texts = {
    cloudtrail: await bucketPolicy(log, 'example-org-cloudtrail'),
    'flow-logs': await bucketPolicy(log, 'example-org-flow-logs'),
    'trail-key': await keyPolicy(log, keys.trail),
    'ami-key': await keyPolicy(shared, keys.ami),
    'base/node': await repositoryPolicy(shared, 'base/node'),
    'base/python': await repositoryPolicy(shared, 'base/python'),
    'runner-token': await secretPolicy(shared, 'deploy/runner-token'),
    'registry-login': await secretPolicy(shared, 'deploy/registry-login'),
    revisions: await bucketPolicy(configuration, 'example-org-revisions'),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text === undefined ? undefined : JSON.parse(text)]),
  ) as unknown as Policies;
}

export const bucketPolicy = ({ s3 }: Account, Bucket: string) =>
  absentAs('NoSuchBucketPolicy', async () => (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy);

export const keyPolicy = async ({ kms }: Pick<Account, 'kms'>, KeyId: string) =>
  (await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy;

export const repositoryPolicy = ({ ecr }: Account, repositoryName: string) =>
  absentAs(
    'RepositoryPolicyNotFoundException',
    async () => (await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText,
  );

export const secretPolicy = async ({ secretsManager }: Account, SecretId: string) =>
  (await secretsManager.send(new GetResourcePolicyCommand({ SecretId }))).ResourcePolicy;

async function absentAs(name: string, read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && error.name === name) return undefined;
    throw error;
  }
}

export interface AttachedPolicy {
  readonly name: string;
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly document: Document;
  /** Ids of all versions; the default one first. */
  readonly versions: readonly string[];
}

/** The managed policies on a group or role of the security account: `group/Readers`. */
export async function attachedPolicies(
  { accounts, central }: Organization,
  to: `${'group' | 'role'}/${string}`,
): Promise<readonly AttachedPolicy[]> {
  const security = await accounts.in(central.security, 'us-east-1');
  const [kind, name] = to.split('/');
  const { AttachedPolicies = [] } =
    kind === 'group'
      ? await security.iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: name }))
      : await security.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name }));
  return Promise.all(AttachedPolicies.map(({ PolicyArn = '' }) => attachedPolicy(security, PolicyArn)));
}

async function attachedPolicy({ iam }: Account, PolicyArn: string): Promise<AttachedPolicy> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  const [defaults, others] = [true, false].map((isDefault) =>
    Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion === isDefault).map(
      ({ VersionId = '' }) => VersionId,
    ),
  );
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: defaults?.[0] }),
  );
  const tags = Object.fromEntries((Policy?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  return {
    name: Policy?.PolicyName ?? '',
    path: Policy?.Path ?? '',
    tags,
    document: withSid(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? '')), tags),
    versions: [...(defaults ?? []), ...(others ?? [])],
  };
}

/** A statement may leave its Sid to the policy's tag. */
const withSid = (document: Document, { 'account-onboarding:sid': Sid }: AttachedPolicy['tags']): Document =>
  Sid === undefined
    ? document
    : { ...document, Statement: document.Statement.map((each) => ({ Sid, ...each })) };

/** Gives our policy more versions, with the same document, so that `version` is the newest; the first ones go. */
export async function age(
  { accounts, central }: Organization,
  to: `${'group' | 'role'}/${string}`,
  version: number,
): Promise<void> {
  const { id, iam } = await accounts.in(central.security, 'us-east-1');
  const name = `account-onboarding-moto-${to.replace('/', '-')}-1`;
  const PolicyArn = `arn:aws:iam::${id}:policy/account-onboarding/moto/${to}/${name}`;
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
  const PolicyDocument = decodeURIComponent(PolicyVersion?.Document ?? '');
  for (let number = 2; number <= version; number += 1) {
    if (number > 5)
      await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: `v${number - 5}` }));
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
  }
}

const isOurs = ({ Sid }: Statement): boolean => Sid?.startsWith('AccountOnboardingmoto') === true;

/** What others wrote. */
export const foreignIn = (document: Document | undefined): readonly Statement[] =>
  (document?.Statement ?? []).filter((statement) => !isOurs(statement));

/** The twelve-digit ids in each statement of ours, by what its Sid says behind the deployment's id. */
export const namedIn = (document: Document | undefined): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    (document?.Statement ?? [])
      .filter(isOurs)
      .map((statement) => [
        statement.Sid?.slice('AccountOnboardingmoto'.length) ?? '',
        [...new Set(JSON.stringify(statement).match(/\b\d{12}\b/g))].sort(),
      ]),
  );
