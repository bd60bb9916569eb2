import { splitOuPath } from '../shared/accounts/ou-path.ts';
import { deploymentActions } from '../shared/cloudformation/deployment-actions.ts';
import { installationName } from '../shared/configuration/installation-names.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { getStackKeyArn } from '../shared/configuration/stack-options.ts';
import type { ResourceRef, ResourceType } from '../shared/grants/contract.ts';
import type { GrantEntry } from '../shared/grants/grant-schema.ts';
import { getGrantKind, grantKinds } from '../shared/grants/kinds.ts';
import { findTrustedName, getTrust, getTrustedAccountId } from '../shared/grants/member-roles/trust.ts';
import type { PolicyDocument } from '../shared/iam/document.ts';
import { getSpokeRole } from '../shared/platform/central-accounts.ts';
import type { Clock, Random } from '../shared/platform/clock.ts';
import { listDesiredResources } from '../shared/reconcile/desired-resources.ts';
import { createTable } from './dynamodb/tables.ts';
import { findSecretKey } from './example-keys.ts';
import { SimulatedOrganization } from './organization.ts';

const rootId = 'r-exam';

/** Ids of the OUs of `examples/onboarding.yml`, so that recorded events fit them. Other ids are generated. */
const knownOus: Readonly<Record<string, string>> = {
  Workloads: 'ou-exam-workload1',
  Sandbox: 'ou-exam-sandbox01',
  Platform: 'ou-exam-platform1',
};

const members = ['888888888888', '777777777777', '666666666666'];

interface ExampleSettings {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: the management account. */
  readonly hubAccountId?: string;
}

/**
 * A simulated organization with everything that a configuration names: accounts, OUs and resources. Each resource has
 * an unmanaged statement. Each central account has its spoke role, with the actions of the grant kinds, and each OU has
 * one account.
 */
export function createExampleOrganization(
  configuration: Configuration,
  { clock, random, hubAccountId }: ExampleSettings,
): SimulatedOrganization {
  const { managementAccount, id } = configuration.organization;
  const organization = new SimulatedOrganization({
    organizationId: id,
    managementAccountId: managementAccount,
    hubAccountId: hubAccountId ?? managementAccount,
    rootId,
    partition: configuration.partition,
    clock,
    random,
  });
  addCentralAccounts(organization, configuration);
  addOus(organization, configuration);
  for (const { ref, shares } of listDesiredResources(configuration, []))
    addResource(organization, configuration, { ref, entries: shares.map(({ entry }) => entry) });
  addTopic(organization, configuration);
  addEncryptedTable(organization, configuration);
  return organization;
}

function addTopic(organization: SimulatedOrganization, { notifications }: Configuration): void {
  const [, , , region = '', accountId = '', name] = notifications?.topic.split(':') ?? [];
  if (name === undefined) return;
  const { key: keyArn } = notifications ?? {};
  if (keyArn !== undefined) addKeyByArn(organization, keyArn);
  organization.addTopic({ region, accountId, name, ...(keyArn === undefined ? {} : { keyArn }) });
}

function addKeyByArn(organization: SimulatedOrganization, keyArn: string): void {
  const [, , , region = '', accountId = '', id = ''] = keyArn.split(/:(?:key\/)?/);
  if (!organization.world.keys.has(keyArn)) organization.addKey({ accountId, region, id });
}

/**
 * Adds the table of the hub if the configuration names a key for it. Without a key, the first request creates the
 * table.
 */
function addEncryptedTable(organization: SimulatedOrganization, configuration: Configuration): void {
  const { partition, homeRegion, hubAccountId } = organization.world.settings;
  const keyArn = getStackKeyArn(configuration, homeRegion);
  if (keyArn === undefined) return;
  addKeyByArn(organization, keyArn);
  const name = installationName(configuration);
  const arn = `arn:${partition}:dynamodb:${homeRegion}:${hubAccountId}:table/${name}`;
  organization.world.tables.set(arn, createTable(keyArn));
}

function addCentralAccounts(organization: SimulatedOrganization, configuration: Configuration): void {
  const { centralAccounts, partition } = configuration;
  const { hubAccountId } = organization.world.settings;
  for (const [name, account] of Object.entries(centralAccounts)) {
    if (organization.world.accounts.has(account.id)) continue;
    const spokeRole = getSpokeRole(configuration, account.id);
    const [, path = '', role = spokeRole] = /^(.*\/)?([^/]+)$/.exec(spokeRole) ?? [];
    organization.addAccount({ id: account.id, name });
    organization.addRole({
      accountId: account.id,
      name: role,
      path: `/${path}`,
      trust: allow({
        Principal: { AWS: `arn:${partition}:iam::${hubAccountId}:root` },
        Action: 'sts:AssumeRole',
      }),
      permissions: allow({
        Action: [
          ...grantKinds.flatMap(({ actions, discovery }) => [
            ...actions.read,
            ...actions.write,
            ...(actions.identify ?? []),
            ...(actions.readKeys ?? []),
            ...(actions.readPrincipal ?? []),
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
function addOus(organization: SimulatedOrganization, { grants }: Configuration): void {
  const named = grants.flatMap(({ for: selector }) => selector.ous ?? []);
  const paths = [...new Set(named)].filter((path) => !path.startsWith('ou-') && !path.includes('*'));
  for (const [index, path] of paths.toSorted().entries()) {
    const parentId = ensureOu(organization, path);
    const id = members[index];
    if (id !== undefined)
      organization.addAccount({ id, name: `${path.replaceAll('/', '-').toLowerCase()}-1`, parentId });
  }
}

/** The id of the OU at a path. A missing OU is created. */
export function ensureOu(organization: SimulatedOrganization, path: string): string {
  return splitOuPath(path).reduce((parentId, name, depth) => {
    const { organizationalUnits } = organization.world;
    const existing = [...organizationalUnits.values()].find(
      (ou) => ou.parentId === parentId && ou.name === name,
    );
    if (existing !== undefined) return existing.id;
    const id =
      (depth === 0 ? knownOus[name] : undefined) ??
      `ou-exam-made${String(organizationalUnits.size).padStart(4, '0')}`;
    organization.addOu({ id, name, parentId });
    return id;
  }, rootId);
}

function addResource(
  organization: SimulatedOrganization,
  configuration: Configuration,
  { ref, entries }: { readonly ref: ResourceRef; readonly entries: readonly GrantEntry[] },
): void {
  const { partition } = configuration;
  const { kind, accountId, region, id } = ref;
  const location = { accountId, region };
  const [entity, name = ''] = id.split('/');
  const owner = `arn:${partition}:iam::${accountId}:root`;
  const makers: Readonly<Record<ResourceType, () => unknown>> = {
    bucket: () =>
      organization.addBucket({
        ...location,
        name: id,
        policy: denyInsecureTransport(`arn:${partition}:s3:::${id}`),
      }),
    key: () => {
      organization.addKey({ ...location, id });
      addServiceLinkedRoles(organization);
    },
    image: () => organization.addImage({ ...location, id }),
    repository: () =>
      organization.addRepository({
        ...location,
        name: id,
        policy: allow({ Sid: 'BuildersPush', Principal: { AWS: owner }, Action: 'ecr:PutImage' }),
      }),
    secret: () => {
      const kmsKeyArn = findSecretKey(organization, configuration, { entries, ref });
      organization.addSecret({ ...location, name: id, kmsKeyArn });
    },
    principal: () =>
      entity === 'group'
        ? organization.addGroup({ accountId, name })
        : organization.addRole({
            accountId,
            name,
            path: findTrustedPath(configuration, accountId, name),
            trust: allow({ Principal: { AWS: owner }, Action: 'sts:AssumeRole' }),
          }),
    role: () =>
      organization.addRole({
        accountId,
        name: id.split('/').at(-1) ?? id,
        path: `/${id.slice(0, id.lastIndexOf('/') + 1)}`,
        trust: allow({ Sid: 'Owner', Principal: { AWS: owner }, Action: 'sts:AssumeRole' }),
      }),
  };
  makers[getGrantKind(kind).resourceType]();
}

/**
 * The path of a role in a central account. A grant names the role without its path. Member roles that trust it name the
 * path.
 */
function findTrustedPath(configuration: Configuration, accountId: string, name: string): string {
  const trusted = (configuration.memberRoles ?? []).flatMap((role) => {
    const trust = getTrust(role);
    if (trust.type === 'service' || getTrustedAccountId(trust, configuration) !== accountId) return [];
    return findTrustedName(trust, name) ?? [];
  });
  const [path = name] = trusted;
  return `/${path.slice(0, path.length - name.length)}`;
}

/**
 * Adds the service-linked role of EC2 Auto Scaling to each account that exists now, as if each had created an Auto
 * Scaling group. Accounts that are created later do not have it.
 */
export function addServiceLinkedRoles(organization: SimulatedOrganization): void {
  for (const accountId of organization.world.accounts.keys())
    organization.addRole({
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
