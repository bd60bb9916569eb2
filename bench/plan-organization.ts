import type { SelectorFields } from '../shared/accounts/selector.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { Account } from '../shared/platform/account.ts';
import { benchConfiguration } from './configuration.ts';

/** The accounts are in 100 units. A unit is an OU, and the accounts' tag and name show it too. */
export const units = 100;

export const resources = 100;

interface Sort {
  /** How many units a resource of it serves: their accounts fill it, if there are 10,000 accounts. */
  readonly units: number;
  grant(number: number): object;
}

const sorts: readonly Sort[] = [
  {
    units: 6,
    grant: (number) => ({
      kind: 's3-bucket-policy',
      account: 'log',
      bucket: `example-logs-${number}`,
      preset: 'cloudtrail-write',
    }),
  },
  {
    units: 9,
    grant: (number) => ({
      kind: 'kms-key-policy',
      account: 'log',
      key: `1234abcd-12ab-34cd-56ef-${String(number).padStart(12, '0')}`,
      preset: 'decrypt',
    }),
  },
  {
    units: 3,
    grant: (number) => ({
      kind: 'ecr-repository-policy',
      account: 'shared',
      repositories: [`base/team-${number}`],
      preset: 'pull',
    }),
  },
  {
    units: 6,
    grant: (number) => ({
      kind: 'secret-resource-policy',
      account: 'shared',
      secrets: [`deploy/team-${number}`],
      preset: 'read',
    }),
  },
  {
    units: 12,
    grant: (number) => ({
      kind: 'assume-role-permission',
      account: 'security',
      groups: [`Team${number}`],
      role: 'people/ReadOnly',
    }),
  },
];

const unitName = (number: number): string => `unit${String(number % units).padStart(2, '0')}`;

/** By path, by tag and by name in turn. */
function selector(first: number, count: number, number: number): SelectorFields {
  const names = Array.from({ length: count }, (_, index) => unitName(first + index));
  if (number % 3 === 0) return { ous: names.map((name) => `Units/${name}`) };
  return number % 3 === 1 ? { tags: { unit: names } } : { names: names.map((name) => `${name}-*`) };
}

export function unitsConfiguration(): Configuration {
  const grants = Array.from({ length: resources }, (_, number) => {
    const sort = sorts[number % sorts.length];
    return {
      name: `grant-${number}`,
      ...sort?.grant(number),
      for: selector(number, sort?.units ?? 1, number),
    };
  });
  return benchConfiguration(grants);
}

export const organization = (size: number): readonly Account[] =>
  Array.from({ length: size }, (_, number) => ({
    id: String(500_000_000_000 + number),
    name: `${unitName(number)}-workload-${number}`,
    state: 'ACTIVE' as const,
    parentIds: ['r-abcd', 'ou-abcd-units000', `ou-abcd-${unitName(number)}00`],
    ouPath: `Units/${unitName(number)}`,
    tags: { unit: unitName(number), team: `team-${number % 7}` },
  }));
