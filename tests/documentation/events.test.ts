import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { findBlocks } from '../../scripts/documentation/blocks.ts';
import { eventContract } from '../../shared/composition/event-contract.ts';
import { matchesPattern } from '../../simulator/event-pattern.ts';

const page = readFileSync('docs/events.md', 'utf8');
const [event, pattern] = findBlocks(page)
  .filter(({ language }) => language === 'json example')
  .map(({ text }): unknown => JSON.parse(text));

test('shows in docs/events.md an event that the published schema accepts', () => {
  const schema = JSON.parse(readFileSync('schema/events.schema.json', 'utf8'));
  const validate = new Ajv({ validateFormats: false }).compile(schema);

  expect(validate(event)).toBe(true);
});

test('shows in docs/events.md a pattern that matches the event', () => {
  expect(matchesPattern(pattern, event)).toBe(true);
});

test('lists every event in docs/events.md', () => {
  const rows = [...page.matchAll(/^\| `([\w.-]+)` \| (.*) \|$/gm)];
  const listed = rows.flatMap(([, source, types = '']) =>
    [...types.matchAll(/`([A-Z][\w ]+)`/g)].map(([, type]) => `${source}: ${type}`),
  );

  expect(listed).toEqual(eventContract.map(({ source, detailType }) => `${source}: ${detailType}`));
});
