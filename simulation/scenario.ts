import type { Configuration } from '../shared/configuration/schema.ts';
import { validateConfiguration } from '../shared/configuration/validate.ts';
import { exampleOrganisation, ouId } from '../simulator/example-organisation.ts';
import type { SimulatedOrganisation } from '../simulator/organisation.ts';
import type { Draw } from './random.ts';
import { processClock } from './time.ts';

const central = { log: '222222222222', security: '333333333333', shared: '444444444444' };

export const ouPaths = ['Workloads', 'Workloads/Production', 'Platform', 'Sandbox'];

/** Every selector leaves out or takes in other accounts, and events move accounts between them. */
const selectors: readonly object[] = [
  { all: true },
  { ous: ['Workloads'] },
  { ous: ['Workloads/Production', 'Platform'] },
  { tags: { runner: 'yes' } },
  { all: true, except: [{ ous: ['Sandbox'] }] },
];

const grantForms: readonly object[] = [
  {
    name: 'logs',
    kind: 's3-bucket-policy',
    account: 'log',
    bucket: 'example-logs',
    preset: 'cloudtrail-write',
  },
  {
    name: 'flows',
    kind: 's3-bucket-policy',
    account: 'log',
    bucket: 'example-logs',
    preset: 'flow-logs-write',
  },
  {
    name: 'ami-key',
    kind: 'kms-key-policy',
    account: 'shared',
    key: '1234abcd-12ab-34cd-56ef-1234567890ab',
    preset: 'launch-encrypted-ami',
  },
  {
    name: 'people',
    kind: 'assume-role-permission',
    account: 'security',
    groups: ['Developers'],
    role: 'people/Developer',
  },
  {
    name: 'images',
    kind: 'ecr-repository-policy',
    account: 'shared',
    repositories: ['base/node'],
    preset: 'pull',
  },
  {
    name: 'token',
    kind: 'secret-resource-policy',
    account: 'shared',
    secrets: ['deploy/token'],
    preset: 'read',
  },
];

/** A configuration with some grants, or all, each for some accounts. */
export function drawConfiguration(draw: Draw, share: number): Configuration {
  const forms = draw.some(grantForms, share);
  const grants = (forms.length === 0 ? [draw.pick(grantForms)] : forms).map((form) => ({
    ...form,
    for: draw.pick(selectors),
  }));
  return validateConfiguration(
    {
      version: 1,
      deployment: 'sim',
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: central.log, region: 'eu-west-1' },
        security: { id: central.security, region: 'us-east-1' },
        shared: { id: central.shared, region: 'eu-west-1' },
      },
      grants,
    },
    'the simulation',
  );
}

export interface Scenario {
  readonly configuration: Configuration;
  readonly organisation: SimulatedOrganisation;
}

/** An organisation as it is before this project comes: accounts in every OU, resources with others' statements. */
export function drawScenario(draw: Draw, accounts: number, grants = 0.5): Scenario {
  const configuration = drawConfiguration(draw, grants);
  const organisation = exampleOrganisation(configuration, { clock: processClock(), random: draw.random });
  const ous = ouPaths.map((path) => ouId(organisation, path));
  for (let index = 1; index <= accounts; index += 1)
    organisation.addAccount({
      id: accountId(index),
      name: `account-${index}`,
      ...(draw.chance(0.8) ? { parentId: draw.pick(ous) } : {}),
      tags: draw.chance(0.4) ? { runner: 'yes' } : {},
    });
  return { configuration, organisation };
}

export const accountId = (index: number): string => String(500_000_000_000 + index);
