import { describe, expect, test } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { finders } from '../fixtures/grants/discovery-fixtures.ts';
import { casesOf, kindsWithCases } from '../fixtures/grants/kind-cases.ts';
import { grantKindContract } from './contract.ts';
import { discoveryContract } from './discovery-contract.ts';

test('has test cases for every grant kind, and a grant kind for every file of test cases', () => {
  expect([...kindsWithCases].sort()).toEqual(grantKinds.map(({ name }) => name).sort());
});

describe.each(grantKinds)('$name', (kind) => grantKindContract(kind, casesOf(kind)));

const withDiscovery = grantKinds.flatMap(({ discovery, ...kind }) =>
  discovery === undefined ? [] : [{ kind: { ...kind, discovery }, discovery }],
);

test('has test resources for every grant kind that can search for resources', () => {
  expect(withDiscovery.map(({ kind }) => kind.name).sort()).toEqual(Object.keys(finders).sort());
});

describe.each(withDiscovery)('$kind.name finds resources', ({ kind, discovery }) =>
  discoveryContract(kind, discovery),
);
