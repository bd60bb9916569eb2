import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { configurationJsonSchema, schemaFile } from '../../scripts/json-schema.ts';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';

const published = JSON.parse(readFileSync(schemaFile, 'utf8')) as z.core.JSONSchema.JSONSchema;
const exampleText = readFileSync('examples/onboarding.yml', 'utf8');
const example = parse(exampleText) as { readonly grants: readonly object[] };

/** Whether the published file, and nothing else, accepts a value. */
const accepts = (value: unknown): boolean => z.fromJSONSchema(published).safeParse(value).success;

test('schema/onboarding.schema.json is what the code says (else: node scripts/json-schema.ts)', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(configurationJsonSchema())));
});

test('an editor finds it by the first line of the example', () => {
  const [first = ''] = exampleText.split('\n');

  expect(first).toBe('# yaml-language-server: $schema=../schema/onboarding.schema.json');
});

test.each(grantKinds.map(({ name, title }) => [name, title]))('it has the entries of %s', (name, title) => {
  const text = JSON.stringify(published);

  expect(text).toContain(`"const":"${name}"`);
  expect(text).toContain(`"title":"${title}"`);
});

test('it accepts the example', () => {
  expect(accepts(example)).toBe(true);
});

test('it accepts the example of member roles', () => {
  expect(accepts(parse(readFileSync('examples/member-roles/onboarding.yml', 'utf8')))).toBe(true);
});

const withGrant = (change: object): object => ({
  ...example,
  grants: [{ ...example.grants[0], ...change }],
});

const mistakes: readonly (readonly [name: string, value: unknown])[] = [
  ['nothing', {}],
  ['another version', { ...example, version: 2 }],
  ['an unknown key', { ...example, grant: [] }],
  ['no grants', { ...example, grants: [] }],
  [
    'an account id without quotes',
    { ...example, organization: { id: 'o-exampleorg1', managementAccount: 1 } },
  ],
  ['an unknown kind', withGrant({ kind: 's3-bucket' })],
  ['an unknown preset', withGrant({ preset: 'write-all' })],
  ['a key of another kind', withGrant({ repositories: ['base/node'] })],
  ['no selector', withGrant({ for: undefined })],
  [
    'a member role of an unknown kind',
    { ...example, memberRoles: [{ name: 'A', kind: 'persons', for: { all: true } }] },
  ],
];

describe.each(mistakes)('a configuration with %s', (_, value) => {
  test('is refused by the published schema', () => {
    expect(accepts(JSON.parse(JSON.stringify(value)))).toBe(false);
  });

  test('is refused by the code', () => {
    expect(() => parseConfiguration(JSON.stringify(value), 'the test')).toThrow(ConfigurationError);
  });
});
