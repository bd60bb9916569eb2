import { describe, expect, test } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { casesOf, kindsWithCases } from './cases.ts';
import { grantKindContract } from './contract.ts';

test('every grant kind has its cases, and every cases file its kind', () => {
  expect([...kindsWithCases].sort()).toEqual(grantKinds.map(({ name }) => name).sort());
});

describe.each(grantKinds)('$name', (kind) => grantKindContract(kind, casesOf(kind)));
