import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { getGrantContext, hashConfiguration, listCentralNames } from '../../shared/configuration/context.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';

const text = readFileSync(new URL('../../examples/onboarding.yml', import.meta.url), 'utf8');
const written = parse(text) as Record<string, unknown>;
const hashOf = (value: unknown) => hashConfiguration(parseConfiguration(stringify(value), 'onboarding.yml'));

/** The same value with the keys of every object the other way round. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, turned(inner)]),
  );
};

describe('the hash of a configuration', () => {
  const hash = hashOf(written);

  test('returns the same hash when the keys of a configuration have another order', () => {
    expect(stringify(turned(written))).not.toBe(stringify(written));
    expect(hashOf(turned(written))).toBe(hash);
  });

  test('returns the same hash when only comments and layout differ', () => {
    expect(hashConfiguration(parseConfiguration(text, 'onboarding.yml'))).toBe(hash);
  });

  test('returns the same hash when defaults are written out', () => {
    const explicit = {
      ...written,
      partition: 'aws',
      limits: { managedPolicyCharacters: 6_144, managedPoliciesPerGroup: 10 },
      removalLimits: { accounts: 5 },
    };

    expect(hashOf(explicit)).toBe(hash);
  });

  test('returns another hash when a grant or a removal limit changes', () => {
    const { grants } = written as { grants: object[] };

    expect(hashOf({ ...written, grants: grants.slice(1) })).not.toBe(hash);
    expect(hashOf({ ...written, removalLimits: { accounts: 6 } })).not.toBe(hash);
  });
});

describe('what grant kinds may know', () => {
  const configuration = parseConfiguration(text, 'onboarding.yml');

  test('omits central accounts that are not configured from the context of grant kinds', () => {
    const { centralAccounts, ...rest } = configuration;
    const { configuration: _, ...three } = centralAccounts;

    expect(getGrantContext({ ...rest, centralAccounts: three })).toEqual({
      partition: 'aws',
      organizationId: 'o-exampleorg1',
      managementAccountId: configuration.organization.managementAccount,
      installationId: 'example',
      limits: configuration.limits,
      centralAccounts: three,
      memberRoles: configuration.memberRoles,
    });
  });

  test('accepts one account under two central account names', () => {
    const log = { id: '222222222222', region: 'eu-west-1' };
    const both = {
      ...configuration,
      centralAccounts: { ...configuration.centralAccounts, log, shared: log },
    };

    expect(listCentralNames(both, log.id)).toEqual(['log', 'shared']);
    expect(listCentralNames(both, '999999999999')).toEqual([]);
  });
});
