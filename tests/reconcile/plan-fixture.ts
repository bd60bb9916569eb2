import { readFileSync } from 'node:fs';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { validateConfiguration } from '../../shared/configuration/validate.ts';
import type { Account } from '../../shared/platform/account.ts';
import type { DesiredResource } from '../../shared/reconcile/desired-resource.ts';
import { desiredResources } from '../../shared/reconcile/desired-resources.ts';
import { planResource } from '../../shared/reconcile/plan.ts';
import type { PlanRequest, ResourcePlan } from '../../shared/reconcile/plan-types.ts';

export const exampleText = readFileSync(new URL('../../examples/onboarding.yml', import.meta.url), 'utf8');

const log = '222233334444';
export const shared = '444455556666';

/** A configuration with these grants and nothing special. */
export const configurationWith = (grants: readonly object[], more: object = {}): Configuration =>
  validateConfiguration(
    {
      version: 1,
      installation: 'test',
      organization: { id: 'o-exampleorg1', managementAccount: '111122223333' },
      centralAccounts: {
        log: { id: log, region: 'eu-west-1' },
        security: { id: '333344445555', region: 'us-east-1' },
        shared: { id: shared, region: 'eu-west-1' },
      },
      grants,
      ...more,
    },
    'the test',
  );

/** A grant to read one secret. */
export const readSecret = (more: object = {}): object => ({
  name: 'token',
  kind: 'secret-resource-policy',
  account: 'shared',
  secrets: ['deploy/token'],
  preset: 'read',
  for: { all: true },
  ...more,
});

/** A grant to let one group assume a role. */
export const assume = (more: object = {}): object => ({
  name: 'people',
  kind: 'assume-role-permission',
  account: 'security',
  groups: ['Admins'],
  role: 'people/ReadOnly',
  for: { all: true },
  ...more,
});

export const account = (id: string, more: Partial<Account> = {}): Account => ({
  id,
  name: `account ${id}`,
  state: 'ACTIVE',
  parentIds: ['r-abcd'],
  ouPath: '',
  tags: {},
  ...more,
});

/** Different members, ordered by id. */
export const members = (count: number): readonly Account[] =>
  Array.from({ length: count }, (_, index) => account(String(500_000_000_000 + index)));

export const idsOf = (accounts: readonly Account[]): readonly string[] => accounts.map(({ id }) => id);

/** The one resource that the configuration names. */
export function onlyResource(configuration: Configuration, accounts: readonly Account[]): DesiredResource {
  const [desired, ...others] = desiredResources(configuration, accounts);
  if (desired === undefined || others.length > 0) throw new Error('There is not exactly one resource');
  return desired;
}

/** What time it is in every plan that says nothing else. */
export const now = '2026-03-02T09:00:00.000Z';

/** Plans the only resource of a configuration. */
export const planOnly = (
  configuration: Configuration,
  accounts: readonly Account[],
  more: Partial<PlanRequest> = {},
): ResourcePlan => {
  const desired = onlyResource(configuration, accounts);
  return planResource({
    desired,
    actual: desired.kind.empty,
    remembered: [],
    configuration,
    accounts,
    now,
    ...more,
  });
};

/** The accounts that a grant has in a state. */
export function grantedIn(
  configuration: Configuration,
  desired: DesiredResource,
  state: unknown,
): readonly string[] {
  const documents = Object.values(desired.kind.documents(state));
  const text = JSON.stringify(documents);
  const ids = new Set(text.match(/(?<=:iam::)\d{12}(?=:root)/g) ?? []);
  return [...ids].filter((id) => id !== configuration.centralAccounts.shared.id).sort();
}
