import { prepareDeployment } from '../../cli/simulation.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { Random } from '../../shared/platform/clock.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { createExampleOrganization, ensureOu } from '../../simulator/example-organization.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { addMemberStackSets, endDeployments } from '../../simulator/member-stack-sets.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { createSimulatedStore, type TableInterceptor } from '../../simulator/simulated-store.ts';
import { createProcessClock } from '../../tests/simulation/time.ts';
import { benchConfiguration } from '../configuration.ts';
import { addRegisteredAccounts } from '../registry-items.ts';

const home = 'Workloads/One';
const selector = { for: { ous: [home] } };

/** Seven documents change for an account of the OU: a bucket, two keys, a group, two repositories and a secret. */
const grants: readonly object[] = [
  {
    name: 'trails',
    kind: 's3-bucket-policy',
    account: 'log',
    bucket: 'example-trails',
    preset: 'cloudtrail-write',
  },
  {
    name: 'flow-key',
    kind: 'kms-key-policy',
    account: 'log',
    key: '1234abcd-12ab-34cd-56ef-1234567890ab',
    preset: 'flow-logs-encrypt',
  },
  {
    name: 'people',
    kind: 'assume-role-permission',
    account: 'security',
    groups: ['Readers'],
    memberRole: 'people/ReadOnly',
  },
  {
    name: 'images',
    kind: 'ecr-repository-policy',
    account: 'shared',
    repositories: ['base/node', 'base/python'],
    preset: 'pull',
  },
  {
    name: 'token',
    kind: 'secret-resource-policy',
    account: 'shared',
    secrets: ['deploy/token'],
    preset: 'read',
    memberRoles: ['deploy/Runner'],
  },
  {
    name: 'token-key',
    kind: 'kms-key-policy',
    account: 'shared',
    key: '7890abcd-12ab-34cd-56ef-1234567890ab',
    preset: 'decrypt-secrets',
    memberRoles: ['deploy/Runner'],
  },
].map((grant) => ({ ...grant, ...selector }));

const memberRoles: readonly object[] = [
  {
    name: 'people/ReadOnly',
    kind: 'people',
    managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    ...selector,
  },
  { name: 'deploy/Runner', kind: 'application', trusts: { service: 'ec2' }, ...selector },
];

const costConfiguration = (): Configuration => benchConfiguration(grants, 'cost', { memberRoles });

const elsewhere = { parentIds: ['r-exam', 'ou-exam-elsewhere'], ouPath: 'Elsewhere' };

const day = 24 * 3_600_000;

/** An organization that is up to date, a day after its last change. */
export interface Scene {
  readonly configuration: Configuration;
  readonly organization: SimulatedOrganization;
  /** The services of one function. */
  createServices(intercept?: TableInterceptor): Services;
  /** Creates an account in the OU, with its member roles and Control Tower's event. */
  addAccount(): AddedAccount;
}

interface AddedAccount {
  readonly accountId: string;
  readonly event: unknown;
}

const tableName = 'onboarding-cost';

/** @param accounts the least size of the organization */
export async function createScene(random: Random, accounts: number): Promise<Scene> {
  const configuration = costConfiguration();
  const clock = createProcessClock();
  const organization = createExampleOrganization(configuration, { clock, random });
  addMemberStackSets(organization, configuration);
  const createServices = (intercept?: TableInterceptor): Services =>
    createSimulatedServices(organization, {
      store: createSimulatedStore(organization, tableName, intercept),
      quick: true,
    });
  const services = createServices();
  await prepareDeployment(services, configuration);
  await runLocally({ machine: 'organization-sweep', services, name: 'the-sweep-before', input: {} });
  const addAccount = createAccounts(organization);
  await runLocally({ services, name: 'the-account-before', input: addAccount().event });
  addRegisteredAccounts(organization, accounts - 1, () => elsewhere);
  await clock.sleep(day);
  return { configuration, organization, createServices, addAccount };
}

function createAccounts(organization: SimulatedOrganization): () => AddedAccount {
  const events: unknown[] = [];
  organization.onEvent((event) => events.push(event));
  let last = 600_000_000_000;
  return () => {
    last += 1;
    const accountId = String(last);
    organization.addAccount({
      id: accountId,
      name: `workload-${last % 100}`,
      parentId: ensureOu(organization, home),
    });
    endDeployments(organization);
    organization.announceManagedAccount(accountId);
    return { accountId, event: events.at(-1) };
  };
}
