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

test('publishes the schema of the code in schema/onboarding.schema.json (else: node scripts/json-schema.ts)', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(configurationJsonSchema())));
});

test("references the published schema in the example's first line", () => {
  const [first = ''] = exampleText.split('\n');

  expect(first).toBe('# yaml-language-server: $schema=../schema/onboarding.schema.json');
});

test.each(grantKinds.map(({ name, title }) => [name, title]))(
  'describes the entries of %s in the published schema',
  (name, title) => {
    const text = JSON.stringify(published);

    expect(text).toContain(`"const":"${name}"`);
    expect(text).toContain(`"title":"${title}"`);
  },
);

test('accepts the main example with the published schema', () => {
  expect(accepts(example)).toBe(true);
});

test.each(['people', 'application-to-application', 'codedeploy', 'log-delivery'])(
  'accepts the example %s with the published schema',
  (name) => {
    expect(accepts(parse(readFileSync(`examples/${name}/onboarding.yml`, 'utf8')))).toBe(true);
  },
);

test('accepts the member roles example with the published schema', () => {
  expect(accepts(parse(readFileSync('tests/fixtures/configurations/member-roles.yml', 'utf8')))).toBe(true);
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
  test('refuses a mistake of the configuration with the published schema', () => {
    expect(accepts(JSON.parse(JSON.stringify(value)))).toBe(false);
  });

  test('refuses a mistake of the configuration with the loader', () => {
    expect(() => parseConfiguration(JSON.stringify(value), 'the test')).toThrow(ConfigurationError);
  });
});
