import type { ResourceRef } from '../../shared/grants/contract.ts';
import { type PolicyDocument, parsePolicy, type Statement } from '../../shared/iam/document.ts';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import { normalizePolicy } from '../../shared/iam/normalize.ts';
import { awsError } from '../../simulator/aws-error.ts';
import type { ResourceKind } from '../../simulator/organization.ts';
import { central, type GrantEnv, type Holder, type HolderOf, members } from './grants-fixture.ts';
import { imageHolder, keyGrantsHolder } from './key-grant-fixtures.ts';

/** By the word that a kind's cases file has for its resource. */
export const holders: Readonly<Record<string, HolderOf>> = {
  bucket: (env, ref) =>
    documentHolder(env, ref.id, {
      kind: 'bucket',
      missingId: 'example-nothing',
      make: () => env.organization.addBucket({ accountId: central, region: ref.region, name: ref.id }),
      example: { Action: 's3:GetBucketLocation', Resource: `arn:aws:s3:::${ref.id}` },
    }),
  key: (env, ref) =>
    documentHolder(env, ref.id, {
      kind: 'key',
      missingId: '00000000-12ab-34cd-56ef-1234567890ab',
      make: () => env.organization.addKey({ accountId: central, region: ref.region, id: ref.id }),
      example: { Action: 'kms:*', Resource: '*' },
    }),
  repository: (env, ref) =>
    documentHolder(env, ref.id, {
      kind: 'repository',
      missingId: 'base/nothing',
      make: () => env.organization.addRepository({ accountId: central, region: ref.region, name: ref.id }),
      example: { Action: 'ecr:DescribeImages' },
    }),
  secret: (env, ref) =>
    documentHolder(env, ref.id, {
      kind: 'secret',
      missingId: 'deploy/nothing',
      make: () => env.organization.addSecret({ accountId: central, region: ref.region, name: ref.id }),
      example: { Action: 'secretsmanager:DescribeSecret', Resource: '*' },
    }),
  role: roleHolder,
  entity: managedPolicyHolder,
  'key-grants': keyGrantsHolder,
  image: imageHolder,
};

interface DocumentSettings {
  readonly kind: ResourceKind;
  readonly missingId: string;
  readonly make: () => string;
  /** What an outsider's statement may be about. */
  readonly example: Pick<Statement, 'Action' | 'Resource'>;
}

function documentHolder(
  { organization }: GrantEnv,
  name: string,
  { kind, missingId, make, example }: DocumentSettings,
): Holder {
  const id = () => (kind === 'bucket' ? name : arnOf(organization, name));
  return {
    missingId,
    make: () => void make(),
    ...documentForms(example, (policy) => organization.editPolicy(kind, id(), policy)),
    othersContent: () => withoutOurs(organization.policyOf(kind, id())),
    content: () => organization.policyTextOf(kind, id()),
  };
}

/** A role always has a trust policy: another role may assume it from the beginning. */
function roleHolder({ organization }: GrantEnv, { id }: ResourceRef): Holder {
  const name = id.split('/').at(-1) ?? id;
  const role = () => [...organization.world.roles.values()].find((each) => each.name === name);
  const owner = {
    Sid: 'Owner',
    Effect: 'Allow' as const,
    Principal: { AWS: central },
    Action: 'sts:AssumeRole',
  };
  const trust = { Version: '2012-10-17', Statement: [owner] };
  return {
    missingId: 'Nobody',
    make: () => void organization.addRole({ accountId: central, name, trust }),
    ...documentForms({ Action: 'sts:AssumeRole' }, (policy) =>
      Object.assign(role() ?? {}, { trust: policy }),
    ),
    othersContent: () => withoutOurs(parsePolicy(role()?.trust ?? '', name)),
    content: () => role()?.trust,
  };
}

/** What others may have put into a document, and what clashes. */
function documentForms(
  example: DocumentSettings['example'],
  edit: (policy: string) => unknown,
): Pick<Holder, 'foreign' | 'clashes'> {
  const put = (policy: unknown) => () => void edit(JSON.stringify(policy));
  const statement = (more: object) => ({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${central}:root` },
    ...example,
    ...more,
  });
  const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
  return {
    foreign: [
      { name: 'without Sid', put: put(document(statement({}))) },
      { name: 'with a Sid like ours', put: put(document(statement({ Sid: 'AccountOnboardingtest' }))) },
      {
        name: 'of another installation',
        put: put(document(statement({ Sid: 'AccountOnboardingotherExampleRead' }))),
      },
      {
        name: 'single, with strings for lists, an id and the old version',
        put: put({
          Version: '2008-10-17',
          Id: 'outsider',
          Statement: statement({ Principal: { AWS: [central] } }),
        }),
      },
    ],
    clashes: [
      {
        name: 'a statement with our mark that we never wrote',
        put: put(document(statement({}), statement({ Sid: 'AccountOnboardingtestSomethingElse' }))),
      },
    ],
  };
}

/** Keys, repositories and secrets are kept by ARN. */
function arnOf({ world }: GrantEnv['organization'], name: string): string {
  const all = [world.keys, world.repositories, world.secrets].flatMap((each) => [...each.values()]);
  return all.find((resource) => resource.name === name)?.arn ?? name;
}

/** A policy that holds nothing but ours is as good as none. */
function withoutOurs(document: PolicyDocument | undefined): unknown {
  const others = document?.Statement.filter(({ Sid }) => installationOf(Sid) !== 'test') ?? [];
  return document === undefined || others.length === 0
    ? undefined
    : normalizePolicy({ ...document, Statement: others });
}

function managedPolicyHolder({ organization }: GrantEnv, { id }: ResourceRef): Holder {
  const [type, name = ''] = id.split('/');
  const path = `/account-onboarding/test/${id}/`;
  const entityOf = () => {
    const entities = type === 'group' ? organization.world.groups : organization.world.roles;
    return [...entities.values()].find((entity) => entity.name === name);
  };
  const policy = (input: { name: string; path?: string; tags?: Record<string, string> }, attached = true) => {
    const arn = organization.addManagedPolicy({ accountId: central, document: readEverything, ...input });
    if (attached) entityOf()?.attached.add(arn);
  };
  const kept = (isWanted: (policyPath: string) => boolean) => ({
    policies: [...organization.world.managedPolicies.values()]
      .filter((each) => isWanted(each.path))
      .map(({ arn, tags, versions, defaultVersion }) => ({ arn, tags, versions, defaultVersion })),
    attached: [...(entityOf()?.attached ?? [])].filter((arn) => isWanted(arn.slice(arn.indexOf('/')))),
  });
  return {
    missingId: `${type}/Nobody`,
    make: () => {
      if (type === 'group') organization.addGroup({ accountId: central, name });
      else organization.addRole({ accountId: central, name, trust: nobody });
    },
    foreign: [
      { name: 'without path', put: () => policy({ name: 'ReadEverything' }) },
      { name: 'with a name like ours', put: () => policy({ name: 'account-onboarding-test-99' }) },
      {
        name: 'of another installation',
        put: () => policy({ name: 'account-onboarding-other-1', path: `/account-onboarding/other/${id}/` }),
      },
      {
        name: 'of an entity whose name begins alike',
        put: () => policy({ name: 'alike', path: `/account-onboarding/test/${id}s/` }, false),
      },
    ],
    clashes: [
      { name: 'a policy under our path without our tags', put: () => policy({ name: 'stray', path }) },
      {
        name: 'a policy of our name outside our path',
        put: () => {
          policy({ name: `account-onboarding-test-${id.replace('/', '-')}-1` }, false);
          refuseTakenNames(organization);
        },
      },
    ],
    othersContent: () => kept((policyPath) => !policyPath.startsWith(path)),
    content: () => kept(() => true),
  };
}

/** Names of policies are unique in an account, whatever their path ("IAM identifiers", IAM user guide). */
function refuseTakenNames(organization: GrantEnv['organization']): void {
  organization.intercept(async ({ operation, input }, proceed) => {
    const wanted = 'PolicyName' in input ? input.PolicyName : undefined;
    const taken = [...organization.world.managedPolicies.values()].some(({ name }) => name === wanted);
    if (operation === 'CreatePolicy' && taken)
      throw awsError('EntityAlreadyExistsException', `A policy called ${wanted} already exists.`, 409);
    return proceed();
  });
}

const nobody: PolicyDocument = { Version: '2012-10-17', Statement: [] };

const readEverything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
    { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${members[3]}:role/nothing` },
  ],
};
