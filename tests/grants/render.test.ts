import { describe, expect, test } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { createPolicy } from '../../shared/iam/document.ts';
import { normalizePolicy } from '../../shared/iam/normalize.ts';
import { accountsOf } from '../fixtures/grants/grant-env.ts';
import { casesOf, contextOf, entryOf, presetsOf } from '../fixtures/grants/kind-cases.ts';

const meaning = (Statement: PolicyDocument['Statement']) => normalizePolicy({ ...createPolicy(), Statement });

describe.each(grantKinds)('$name renders', (kind) => {
  const cases = casesOf(kind).cases;
  const presets = presetsOf(casesOf(kind));

  test.each(cases)('renders the statements of the case "$name"', (given) => {
    const entry = entryOf(kind, { ...presets[given.preset], ...given.with });
    const inContext = contextOf(given);
    const [ref] = kind.listResources(entry, inContext);
    if (ref === undefined) throw new Error('The entry stands for no resource');
    const shares = [{ entry, accounts: accountsOf(given.accounts) }];

    const rendering = kind.render({ ref, actual: kind.empty, shares, remembered: [], context: inContext });

    const documents = Object.entries(kind.toDocuments(rendering.next, rendering.owned)).filter(
      ([, document]) => document,
    );
    expect(documents.map(([name]) => name)).toEqual(Object.keys(given.expected));
    for (const [name, document] of documents)
      expect(normalizePolicy(document ?? createPolicy())).toEqual(meaning(given.expected[name] ?? []));
  });

  test('has rendering cases for every preset', () => {
    expect(new Set(cases.map(({ preset }) => preset))).toEqual(new Set(Object.keys(presets)));
  });
});
