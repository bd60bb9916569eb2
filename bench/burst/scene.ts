import { importOrganization } from '../../shared/accounts/registry.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { Random } from '../../shared/platform/clock.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { createMemoryStore } from '../../shared/store/memory.ts';
import type { Store } from '../../shared/store/ports.ts';
import { createExampleOrganization, ensureOu } from '../../simulator/example-organization.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { createProcessClock } from '../../tests/simulation/time.ts';
import { benchConfiguration } from '../configuration.ts';

const teams = ['One', 'Two', 'Three', 'Four'].map((name) => `Workloads/${name}`);
const halves = [teams.slice(0, 2), teams.slice(2)];

/** No single bucket, secret or repository has room for all these accounts, so each OU has its own. */
const grants: readonly object[] = [
  ...halves.map((ous, half) => ({
    name: `trails-${half + 1}`,
    kind: 's3-bucket-policy',
    account: 'log',
    bucket: `example-trails-${half + 1}`,
    preset: 'cloudtrail-write',
    for: { ous },
  })),
  {
    name: 'flow-key',
    kind: 'kms-key-policy',
    account: 'log',
    key: '1234abcd-12ab-34cd-56ef-1234567890ab',
    preset: 'flow-logs-encrypt',
    for: { all: true },
  },
  {
    name: 'people',
    kind: 'assume-role-permission',
    account: 'security',
    groups: ['Readers'],
    role: 'people/ReadOnly',
    for: { all: true },
  },
  ...teams.map((ou, index) => ({
    name: `images-${index + 1}`,
    kind: 'ecr-repository-policy',
    account: 'shared',
    repositories: [`team-${index + 1}/base`],
    preset: 'pull',
    for: { ous: [ou] },
  })),
  ...halves.map((ous, half) => ({
    name: `token-${half + 1}`,
    kind: 'secret-resource-policy',
    account: 'shared',
    secrets: [`deploy/token-${half + 1}`],
    preset: 'read',
    for: { ous },
  })),
];

export const burstConfiguration = (): Configuration => benchConfiguration(grants, 'burst');

/** An organization that is up to date, before accounts are created. */
export interface Scene {
  readonly configuration: Configuration;
  readonly organization: SimulatedOrganization;
  readonly store: Store;
  idOf(index: number): string;
  /** Creates an account in an OU, as Control Tower does, with Control Tower's event. */
  arrive(index: number): void;
}

const idOf = (index: number): string => String(600_000_000_000 + index);

/** Only in simulated time. */
export async function scene(random: Random): Promise<Scene> {
  const configuration = burstConfiguration();
  const clock = createProcessClock();
  const organization = createExampleOrganization(configuration, { clock, random });
  const store = createMemoryStore();
  const services = createSimulatedServices(organization, { store, quick: true });
  const { organizations } = services.hub;
  const ous = teams.map((path) => ensureOu(organization, path));
  await importOrganization({ registry: store.registry, organizations, clock, random });
  await activateConfiguration({ store, clock }, configuration, 'the burst');
  await runLocally({ machine: 'organization-sweep', services, name: 'the-sweep-before', input: {} });
  return {
    configuration,
    organization,
    store,
    idOf,
    arrive: (index) => {
      const id = idOf(index);
      organization.addAccount({ id, name: `account-${index}`, parentId: ous[index % ous.length] ?? '' });
      organization.announceManagedAccount(id);
    },
  };
}
