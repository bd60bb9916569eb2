import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { countRanges, firstOf, toRanges } from '../../cli/report/account-ranges.ts';
import { createAccountSets } from '../../cli/report/account-sets.ts';
import { reportFactsSchema } from '../../cli/report/facts.ts';
import { createRunFacts } from '../../cli/report/run-facts.ts';
import { fillTemplate, toTemplate } from '../../cli/report/text-template.ts';
import { reportJsonSchema, reportSchemaFile } from '../../scripts/json-schema.ts';
import { formatAccount } from '../../shared/platform/account.ts';
import { createReportFacts } from '../fixtures/report-facts.ts';
import { aChange, aRun } from '../fixtures/store-items.ts';

test('keeps every index when indexes become ranges', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(200)), (indexes) => {
      const ranges = toRanges(indexes);

      expect(firstOf(ranges, 1_000)).toEqual(indexes.toSorted((a, b) => a - b));
      expect(countRanges(ranges)).toBe(indexes.length);
    }),
  );
});

test('stores a set of accounts once when it comes again', () => {
  const sets = createAccountSets();

  expect([sets.store([1, 2, 3]), sets.store([5]), sets.store([3, 2, 1])]).toEqual([0, 1, 0]);
  expect(sets.list()).toEqual([[[1, 3]], [[5, 5]]]);
});

test('restores every text when a template is filled', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '{', '}', 'id', 'account', '(', '{id}') });
  const account = fc.record({ id: fc.constantFrom('111122223333', '444455556666'), name });
  fc.assert(
    fc.property(account, fc.array(name), (one, words) => {
      const text = [...words, formatAccount(one), one.id, ...words].join(' ');

      expect(fillTemplate(toTemplate(text, one), one)).toBe(text);
    }),
  );
});

test('makes one template when texts differ only in the account', () => {
  const say = (account: { readonly id: string; readonly name: string }) =>
    toTemplate(`Role app of ${formatAccount(account)}: read s3://logs/${account.id}/`, account);

  expect(say({ id: '111122223333', name: 'orders' })).toBe('Role app of {account}: read s3://logs/{id}/');
  expect(say({ id: '444455556666', name: 'orders {id}' })).toBe(say({ id: '111122223333', name: 'orders' }));
});

test('gives the policies of the newest runs when the page has no room for all', () => {
  const change = aChange({
    before: {},
    after: { policy: { Version: '2012-10-17', Statement: [statement] } },
  });
  const read = { changes: [change], accounts: [] };
  const runs = ['new', 'old'].map((runId) => ({ ...read, run: aRun({ runId }) }));
  const [full] = createRunFacts(runs);
  const size = JSON.stringify(full?.changes[0]?.documents).length;

  const hasDocuments = createRunFacts(runs, size).map(({ changes }) => changes[0]?.documents !== undefined);

  expect(hasDocuments).toEqual([true, false]);
});

const statement = { Sid: 'Read', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };

test('publishes the schema of the facts in schema/report.schema.json (else: node scripts/json-schema.ts)', () => {
  const published: unknown = JSON.parse(readFileSync(reportSchemaFile, 'utf8'));

  expect(published).toEqual(JSON.parse(JSON.stringify(reportJsonSchema())));
});

test('accepts the facts of a report with the published schema, and refuses facts without accounts', () => {
  const published = z.fromJSONSchema(JSON.parse(readFileSync(reportSchemaFile, 'utf8')));
  const facts = createReportFacts({ accounts: 12 });
  const { accounts: _, ...rest } = facts;

  expect(reportFactsSchema.safeParse(facts).error).toBeUndefined();
  expect(published.safeParse(facts).error).toBeUndefined();
  expect(published.safeParse(rest).success).toBe(false);
});
