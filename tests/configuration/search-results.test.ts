import { describe, expect, test } from '@jest/globals';
import { droppedAmong } from '../../shared/configuration/search-results.ts';
import type { SearchResult } from '../../shared/store/ports.ts';
import { abroad, having, home, images, repositoryKey } from '../fixtures/discovered-resources.ts';
import { bucket, security, shared } from '../fixtures/small-configuration.ts';

const configuration = having(images('["base/*", tool]'));

const item = (changes: Partial<SearchResult> = {}): SearchResult => ({
  search: `ecr-repository-policy/${shared}/${home}/name:base/*`,
  matching: [repositoryKey('base/node')],
  former: [],
  lookedAt: '2026-03-02T09:00:00.000Z',
  generation: 1,
  ...changes,
});

describe('what is dropped', () => {
  test('drops a resource that is neither named nor found', () => {
    const keys = ['tool', 'base/node', 'base/old', 'base/old'].map((name) => repositoryKey(name));

    expect(droppedAmong(keys, configuration, [item()])).toEqual([repositoryKey('base/old')]);
  });

  test('keeps only dropped resources of central accounts', () => {
    const elsewhere = repositoryKey('old').replace(shared, '999988887777');

    expect(droppedAmong([elsewhere], configuration, [item()])).toEqual([]);
  });

  test('drops nothing that a pattern may match before its first successful search', () => {
    const { lookedAt: _, ...never } = item({ matching: [] });
    const there = repositoryKey('old');
    const others = [
      repositoryKey('old', abroad),
      bucket,
      `assume-role-permission/${security}/us-east-1/group/Old`,
    ];

    for (const items of [[], [never]])
      expect(droppedAmong([there, ...others], configuration, items)).toEqual(others);
  });
});
