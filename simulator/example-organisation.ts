import type { Clock, Random } from '../shared/clock.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { ResourceRef } from '../shared/grants/contract.ts';
import { grantKinds } from '../shared/grants/kinds.ts';
import { ouNamesOf } from '../shared/organization/ou-path.ts';
import { desiredResources } from '../shared/plan/desired.ts';
import type { PolicyDocument } from '../shared/policy/document.ts';
import { deploymentActions } from '../shared/spoke/deployment-actions.ts';
import { SimulatedOrganisation } from './organisation.ts';

const rootId = 'r-exam';

/** Ids of the OUs of `examples/onboarding.yml`, so that recorded events fit them; others are made up. */
const knownOus: Readonly<Record<string, string>> = {
  Workloads: 'ou-exam-workload1',
  Sandbox: 'ou-exam-sandbox01',
  Platform: 'ou-exam-platform1',
};

const members = ['888888888888', '777777777777', '666666666666'];

/**
 * A simulated organisation in which everything is that a configuration names: its accounts, OUs and resources, each
 * resource with a statement that is not ours, the spoke roles with the actions that the grant kinds list, and one
 * account in each OU.
 */
export function exampleOrganisation(
  configuration: Configuration,
  { clock, random }: { clock: Clock; random: Random },
): SimulatedOrganisation {
  const { managementAccount, id } = configuration.organization;
  const organisation = new SimulatedOrganisation({
    organizationId: id,
    managementAccountId: managementAccount,
    hubAccountId: managementAccount,
    rootId,
    partition: configuration.partition,
    clock,
    random,
  });
  addCentralAccounts(organisation, configuration);
  addOus(organisation, configuration);
  for (const { ref } of desiredResources(configuration, [])) addResource(organisation, ref, configuration);
  const topic = configuration.notifications?.topic.split(':');
  if (topic !== undefined)
    organisation.addTopic({ region: topic[3] ?? '', accountId: topic[4] ?? '', name: topic[5] ?? '' });
  return organisation;
}

function addCentralAccounts(organisation: SimulatedOrganisation, configuration: Configuration): void {
  const { centralAccounts, spokeRole, organization, partition } = configuration;
  const [, path = '', role = spokeRole] = /^(.*\/)?([^/]+)$/.exec(spokeRole) ?? [];
  for (const [name, account] of Object.entries(centralAccounts)) {
    if (account === undefined || organisation.world.accounts.has(account.id)) continue;
    organisation.addAccount({ id: account.id, name });
    organisation.addRole({
      accountId: account.id,
      name: role,
      path: `/${path}`,
      trust: allow({
        Principal: { AWS: `arn:${partition}:iam::${organization.managementAccount}:root` },
        Action: 'sts:AssumeRole',
      }),
      permissions: allow({
        Action: [
          ...grantKinds.flatMap(({ actions, discovery }) => [
            ...actions.read,
            ...actions.write,
            ...(actions.identify ?? []),
            ...(discovery?.actions ?? []),
          ]),
          ...deploymentActions,
        ],
        Resource: '*',
      }),
    });
  }
}

/** The OUs that selectors name by path, with one account in each. */
function addOus(organisation: SimulatedOrganisation, { grants }: Configuration): void {
  const named = grants.flatMap(({ for: selector }) => selector.ous ?? []);
  const paths = [...new Set(named)].filter((path) => !path.startsWith('ou-') && !path.includes('*'));
  for (const [index, path] of paths.toSorted().entries()) {
    const parentId = ouId(organisation, path);
    const id = members[index];
    if (id !== undefined)
      organisation.addAccount({ id, name: `${path.replaceAll('/', '-').toLowerCase()}-1`, parentId });
  }
}

/** The id of the OU at a path, which is made where it is missing. */
export function ouId(organisation: SimulatedOrganisation, path: string): string {
  return ouNamesOf(path).reduce((parentId, name, depth) => {
    const { organizationalUnits } = organisation.world;
    const found = [...organizationalUnits.values()].find(
      (ou) => ou.parentId === parentId && ou.name === name,
    );
    if (found !== undefined) return found.id;
    const id =
      (depth === 0 ? knownOus[name] : undefined) ??
      `ou-exam-made${String(organizationalUnits.size).padStart(4, '0')}`;
    organisation.addOu({ id, name, parentId });
    return id;
  }, rootId);
}

function addResource(
  organisation: SimulatedOrganisation,
  ref: ResourceRef,
  { partition }: Configuration,
): void {
  const { kind, accountId, region, id } = ref;
  const place = { accountId, region };
  const [entity, name = ''] = id.split('/');
  const owner = `arn:${partition}:iam::${accountId}:root`;
  const makers: Readonly<Record<string, () => unknown>> = {
    's3-bucket-policy': () =>
      organisation.addBucket({
        ...place,
        name: id,
        policy: denyInsecureTransport(`arn:${partition}:s3:::${id}`),
      }),
    'kms-key-policy': () => organisation.addKey({ ...place, id }),
    'kms-grant': () => {
      organisation.addKey({ ...place, id });
      addServiceLinkedRoles(organisation);
    },
    'ami-launch-permission': () => organisation.addImage({ ...place, id }),
    'ecr-repository-policy': () =>
      organisation.addRepository({
        ...place,
        name: id,
        policy: allow({ Sid: 'BuildersPush', Principal: { AWS: owner }, Action: 'ecr:PutImage' }),
      }),
    'secret-resource-policy': () => organisation.addSecret({ ...place, name: id }),
    'assume-role-permission': () =>
      entity === 'group'
        ? organisation.addGroup({ accountId, name })
        : organisation.addRole({
            accountId,
            name,
            trust: allow({ Principal: { AWS: owner }, Action: 'sts:AssumeRole' }),
          }),
    'role-trust-policy': () =>
      organisation.addRole({
        accountId,
        name: id.split('/').at(-1) ?? id,
        path: `/${id.slice(0, id.lastIndexOf('/') + 1)}`,
        trust: allow({ Sid: 'Owner', Principal: { AWS: owner }, Action: 'sts:AssumeRole' }),
      }),
  };
  const make = makers[kind];
  if (make === undefined) throw new Error(`The example organisation has no resource of kind ${kind}`);
  make();
}

/** As in accounts that have had an Auto Scaling group; one that is created later has no such role. */
export function addServiceLinkedRoles(organisation: SimulatedOrganisation): void {
  for (const accountId of organisation.world.accounts.keys())
    organisation.addRole({
      accountId,
      path: '/aws-service-role/autoscaling.amazonaws.com/',
      name: 'AWSServiceRoleForAutoScaling',
      trust: allow({ Principal: { Service: 'autoscaling.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    });
}

const allow = (statement: object): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', ...statement }],
});

const denyInsecureTransport = (bucket: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'DenyInsecureTransport',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [bucket, `${bucket}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
});
