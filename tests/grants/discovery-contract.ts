import { expect, test } from '@jest/globals';
import {
  type Discovery,
  formatSearchKey,
  type GrantKind,
  type ResourceSearch,
} from '../../shared/grants/contract.ts';
import { TooManyResourcesError } from '../../shared/grants/errors.ts';
import { AccessDeniedError, RegionNotEnabledError } from '../../shared/platform/aws/errors.ts';
import { type Finder, finders } from '../fixtures/grants/discovery-fixtures.ts';
import { allowing, central, context, createGrantEnv, type GrantEnv } from '../fixtures/grants/grant-env.ts';
import { entryOf } from '../fixtures/grants/kind-cases.ts';

const home = 'eu-west-1';
const abroad = 'us-west-2';

/** What every kind promises that finds resources by patterns. */
export function discoveryContract(kind: GrantKind, discovery: Discovery<never>): void {
  const finder = finders[kind.name] as Finder;
  const searchesOf = (fields: object) => discovery.listSearches(entryOf(kind, fields) as never, context);
  const [search, searchAbroad] = searchesOf({ ...finder.fields, regions: [home, abroad] }) as [
    ResourceSearch,
    ResourceSearch,
  ];
  const discover = (on: GrantEnv, where = search, limit = 500) =>
    discovery.find(on.clients(where.region), where, limit);
  const made = (count: number, region = home, on = createGrantEnv()): GrantEnv => {
    finder.makeOthers(on.organization, region);
    for (let n = count; n > 0; n -= 1) finder.make(on.organization, region, finder.id(n));
    return on;
  };

  test('searches in each region of an entry with a pattern, and nowhere for named resources', () => {
    expect([search, searchAbroad].map(({ accountId, region }) => [accountId, region])).toEqual([
      [central, home],
      [central, abroad],
    ]);
    expect(formatSearchKey(search)).not.toBe(formatSearchKey(searchAbroad));
    expect(kind.listResources(entryOf(kind, finder.fields), context)).toEqual([]);
    expect(searchesOf(finder.named)).toEqual([]);
  });

  test('returns all matches of their region, ordered, and nothing else', async () => {
    const on = made(3);
    finder.make(on.organization, abroad, finder.id(7));

    expect(await discover(on)).toEqual([finder.id(1), finder.id(2), finder.id(3)]);
    expect(await discover(on, searchAbroad)).toEqual([finder.id(7)]);
  });

  test('returns nothing when no resource matches', async () => {
    expect(await discover(made(0))).toEqual([]);
  });

  test('returns the same resources from several pages in a second search', async () => {
    const on = made(120);

    const first = await discover(on);

    expect(first).toHaveLength(120);
    expect(await discover(on)).toEqual(first);
  });

  test('throws when the matches exceed the limit', async () => {
    const on = made(120);

    const error = await discover(on, search, 2).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(TooManyResourcesError);
    expect((error as TooManyResourcesError).fields).toMatchObject({
      limit: 2,
      accountId: central,
      region: home,
    });
    expect((error as TooManyResourcesError).message).toContain('limits.resourcesPerPattern');
    const lists = on.organization.calls.filter(({ operation }) => listings.has(operation));
    expect(lists).toHaveLength(1);
  });

  test('accepts as many matches as the limit', async () => {
    expect(await discover(made(3), search, 3)).toHaveLength(3);
  });

  test('names a region that the account has not enabled', async () => {
    const on = made(1);
    on.organization.disableRegion(central, home);

    const error = await discover(on).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RegionNotEnabledError);
    expect((error as RegionNotEnabledError).fields).toMatchObject({ accountId: central, region: home });
  });

  test('searches with the listed actions, and fails when the first of them is missing', async () => {
    const [first = '', ...others] = discovery.actions;

    expect(await discover(made(1, home, createGrantEnv(allowing(discovery.actions))))).toEqual([
      finder.id(1),
    ]);
    const denied = discover(made(1, home, createGrantEnv(allowing([...others, ...kind.actions.read]))));

    await expect(denied).rejects.toBeInstanceOf(AccessDeniedError);
    await expect(denied).rejects.toThrow(first.split(':')[1]);
  });
}

const listings = new Set(['DescribeRepositories', 'ListSecrets', 'GetResources', 'DescribeImages']);
