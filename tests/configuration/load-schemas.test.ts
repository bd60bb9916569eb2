import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { smallText } from '../fixtures/small-configuration.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schemas-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A configuration beside a schema. */
async function load(schemaText: string | Buffer | undefined) {
  const file = join(folder, 'onboarding.yml');
  const profiles = '[{ name: settings, schema: schema.json }]';
  const application = `\n  - { name: shop, account: shared, environments: [{ name: test }], profiles: ${profiles} }`;
  await writeFile(file, `${smallText(['secret'])}applications:${application}\n`);
  await rm(join(folder, 'schema.json'), { force: true });
  if (schemaText !== undefined) await writeFile(join(folder, 'schema.json'), schemaText);
  return loadWithSchemas(file);
}

async function findingOf(schemaText: string | undefined) {
  const error: unknown = await load(schemaText).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigurationError)) throw new Error('It is valid');
  expect(error.findings).toHaveLength(1);
  return error.findings[0];
}

describe('the JSON Schemas of a configuration', () => {
  test("reads JSON Schemas from the configuration's folder, and removes white space", async () => {
    const { schemas, configuration } = await load('\uFEFF{\n  "type": "object",\n  "examples": [{}]\n}\n');

    expect([...schemas]).toEqual([['schema.json', '{"type":"object","examples":[{}]}']]);
    expect(configuration.applications?.[0]?.profiles[0]?.schema).toBe('schema.json');
  });

  test.each([
    ['draft-04', '{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}'],
    ['draft-04 without #', '{"$schema":"http://json-schema.org/draft-04/schema"}'],
    ['formats and own definitions', '{"definitions":{"a":{"format":"email"}},"$ref":"#/definitions/a"}'],
    ['the longest that a validator may be', `{"title":"${'x'.repeat(32_768 - 12)}"}`],
  ])('accepts a JSON Schema that is %s', async (_, text) => {
    expect((await load(text)).schemas.get('schema.json')).toBe(text);
  });

  test.each([
    [
      'is missing',
      undefined,
      /must be a file, with a path from the folder .*schema\.json cannot be read \(ENOENT\)/,
    ],
    [
      'is no JSON',
      '{',
      /must be a JSON Schema of draft-04, which AppConfig requires: Expected property name/,
    ],
    ['is no object', '[]', /a JSON Schema is an object/],
    [
      'is of another draft',
      '{"$schema":"http://json-schema.org/draft-07/schema#"}',
      /draft-07.*another draft/,
    ],
    ['has a keyword of another draft', '{"const":1}', /unknown keyword: "const"/],
    ['has a mistake', '{"type":"objct"}', /data\/type must be equal to one of the allowed values/],
    ['refers to elsewhere', '{"$ref":"https://example.com/a.json"}', /can't resolve reference/],
    ['is too long', `{"title":"${'x'.repeat(32_768 - 11)}"}`, /has 32769 characters .* 32768 at most/],
  ])('reports the path of a JSON Schema that %s', async (_, text, says) => {
    expect(await findingOf(text)).toEqual({
      path: expect.stringMatching(/^applications\[0\]\.profiles\[0\]\.schema \(line \d+\)$/),
      message: expect.stringMatching(says),
    });
  });
});
