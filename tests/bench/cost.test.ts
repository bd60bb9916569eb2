import { beforeAll, expect, test } from '@jest/globals';
import {
  type MeasuredOrganization,
  type MeasuredRun,
  measureOrganization,
} from '../../bench/cost/measure.ts';
import { countRegistryReads } from '../../bench/cost/summary.ts';

let small: MeasuredOrganization;
let large: MeasuredOrganization;

beforeAll(async () => {
  small = await measureOrganization(10);
  large = await measureOrganization(10_000);
});

const countCentral = ({ aws }: MeasuredRun): number => aws.filter(({ part }) => part === 'central').length;

test('makes as many AWS calls in a large organization when one account is added', () => {
  expect(countCentral(large.added)).toBe(countCentral(small.added));
  expect(countCentral(large.added)).toBeLessThanOrEqual(44);
  expect(countCentral(large.repeated)).toBeLessThanOrEqual(30);
});

test('calls the table more often in a large organization only for the pages of the registry', () => {
  const withoutPages = ({ table }: MeasuredRun): number =>
    table.filter(({ isFirstPage }) => isFirstPage).length;

  expect(withoutPages(large.added)).toBe(withoutPages(small.added));
  expect(withoutPages(large.added)).toBeLessThanOrEqual(126);
});

test('reads the whole registry once by each function when a run writes seven documents', () => {
  expect(countRegistryReads(large.added.table)).toBe(1);
});
