import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { noMatches } from '../../shared/configuration/searches.ts';
import { listActiveResources, listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import { account } from '../fixtures/member-account.ts';
import {
  configurationWith,
  exampleText,
  idsOf,
  members,
  readSecret,
  shared,
} from '../fixtures/plan-fixture.ts';

const key = `secret-resource-policy/${shared}/eu-west-1/deploy/token`;

describe('desired resources', () => {
  test('returns each resource that a grant names', () => {
    const configuration = configurationWith([readSecret({ secrets: ['deploy/token', 'deploy/login'] })]);

    const resources = listDesiredResources(configuration, members(2));

    expect(resources.map(({ ref }) => ref.id)).toEqual(['deploy/login', 'deploy/token']);
    for (const { shares } of resources) expect(shares.map(({ accounts }) => accounts.length)).toEqual([2]);
  });

  test('keeps the order of several grants on one resource, each with its own accounts', () => {
    const [first, second, third] = idsOf(members(3));
    const configuration = configurationWith([
      readSecret({ name: 'zebra', for: { accounts: [third, first] } }),
      readSecret({ name: 'ant', for: { accounts: [second] } }),
    ]);

    const [resource, ...others] = listDesiredResources(configuration, members(3));

    expect(others).toEqual([]);
    expect(resource?.key).toBe(key);
    expect(resource?.shares.map(({ entry, accounts }) => [entry.name, idsOf(accounts)])).toEqual([
      ['zebra', [first, third]],
      ['ant', [second]],
    ]);
  });

  test('returns each group of a grant as a resource with the same accounts', () => {
    const configuration = configurationWith([
      {
        name: 'read',
        kind: 'assume-role-permission',
        account: 'security',
        groups: ['Writers', 'Readers'],
        roles: ['Deployer'],
        role: 'ReadOnly',
        mfa: false,
        for: { all: true },
      },
    ]);

    const resources = listDesiredResources(configuration, members(2));

    expect(resources.map(({ ref, shares }) => [ref.id, shares[0]?.accounts.length])).toEqual([
      ['group/Readers', 2],
      ['group/Writers', 2],
      ['role/Deployer', 2],
    ]);
  });

  test('plans a resource of the inventory for no account when no grant names it', () => {
    const configuration = configurationWith([readSecret()]);
    const unnamed = `secret-resource-policy/${shared}/eu-west-1/deploy/former`;

    const resources = listActiveResources(
      { configuration, matches: noMatches, openSearches: [] },
      members(2),
      [key, unnamed],
    );

    expect(resources.map((each) => [each.key, each.shares.length])).toEqual([
      [unnamed, 0],
      [key, 1],
    ]);
  });

  test('selects only member accounts, ordered by id', () => {
    const states = ['PENDING_ACTIVATION', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED', 'DEPARTED'] as const;
    const others = states.map((state, index) => account(String(600_000_000_000 + index), { state }));
    const accounts = [...others, ...members(3)].toReversed();

    const [resource] = listDesiredResources(configurationWith([readSecret()]), accounts);

    expect(idsOf(resource?.shares[0]?.accounts ?? [])).toEqual(idsOf(members(3)));
  });

  test('returns a resource whose grant selects no account, so that its statements can be removed', () => {
    const configuration = configurationWith([readSecret({ for: { ous: ['Nowhere'] } })]);

    expect(listDesiredResources(configuration, members(2)).map(({ shares }) => shares[0]?.accounts)).toEqual([
      [],
    ]);
  });

  test('separates resources with one name in different regions and accounts', () => {
    const configuration = configurationWith([
      readSecret({ name: 'here' }),
      readSecret({ name: 'there', regions: ['us-east-1'] }),
      readSecret({ name: 'elsewhere', account: 'log' }),
    ]);

    expect(listDesiredResources(configuration, []).map((resource) => resource.key)).toHaveLength(3);
  });

  test('orders resources by key, whatever the order of the grants', () => {
    const configuration = parseConfiguration(exampleText, 'examples/onboarding.yml');
    const turned = { ...configuration, grants: configuration.grants.toReversed() };
    const keys = (given: typeof configuration) =>
      listDesiredResources(given, []).map((resource) => resource.key);

    expect(keys(turned)).toEqual(keys(configuration));
    expect(keys(configuration)).toEqual(keys(configuration).toSorted());
  });
});
