import { describe, expect, test } from '@jest/globals';
import { formatSearchKey, type ResourcePattern } from '../../shared/grants/contract.ts';
import { fitsGlob, hasTags } from '../../shared/grants/discovery.ts';

test.each([
  ['base/*', 'base/node', true],
  ['base/*', 'base/team/node', true],
  ['base/*', 'base/', true],
  ['base/*', 'base', false],
  ['base/*', 'my-base/node', false],
  ['*', 'anything/at-all', true],
  ['*/prod-*', 'team/prod-node', true],
  ['*/prod-*', 'team/test-node', false],
  ['a.b*', 'a.b', true],
  ['a.b*', 'aXb', false],
])('matches the pattern %s with the name %s: %p', (glob, name, fits) => {
  expect(fitsGlob(name, glob)).toBe(fits);
});

test.each([
  ['all keys with one of their values', { Use: 'b', Team: 'core' }, true],
  ['more tags than that', { Use: 'a', Team: 'core', Stage: 'test' }, true],
  ['another case', { Use: 'A', Team: 'core' }, false],
  ['a key of another case', { use: 'a', Team: 'core' }, false],
  ['a longer value', { Use: 'ab', Team: 'core' }, false],
  ['one key missing', { Use: 'a' }, false],
  ['none', {}, false],
])('matches tags when the resource has %s', (_, tags, has) => {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

  expect(hasTags(list, { tags: { Use: ['a', 'b'], Team: ['core'] } })).toBe(has);
});

describe('the name of a search', () => {
  const keyOf = (pattern: ResourcePattern): string =>
    formatSearchKey({ kind: 'kind', accountId: '111122223333', region: 'eu-west-1', pattern });

  test('gives a search the same name for any order of tags and values', () => {
    expect(keyOf({ tags: { a: ['1', '2'], b: ['3'] } })).toBe(keyOf({ tags: { b: ['3'], a: ['2', '1'] } }));
  });

  test.each<[ResourcePattern, ResourcePattern]>([
    [{ tags: { a: ['1', '2'] } }, { tags: { a: ['1|2'] } }],
    [{ tags: { a: ['1'], b: ['2'] } }, { tags: { a: ['1,b=2'] } }],
    [{ tags: { 'a=1': [''] } }, { tags: { a: ['1='] } }],
    [{ name: 'tags:a=1' }, { tags: { a: ['1'] } }],
  ])('gives the searches %j and %j different names', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});
