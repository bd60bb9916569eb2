/**
 * Writes schema/onboarding.schema.json, the JSON Schema of `onboarding.yml` for editors, from the schemas in code.
 * After a change of the configuration or of a grant kind, run: npx node scripts/json-schema.ts && npx biome format
 * --write schema
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { configurationSchema } from '../shared/configuration/schema.ts';
import { grantKinds } from '../shared/grants/kinds.ts';

export const schemaFile = fileURLToPath(new URL('../schema/onboarding.schema.json', import.meta.url));

/** An entry of `grants` is an entry of one of the grant kinds. */
export function configurationJsonSchema(): z.core.JSONSchema.JSONSchema {
  const titles = new Map(grantKinds.map(({ schema, title }) => [schema as z.core.$ZodType, title]));
  const { $schema, ...schema } = z.toJSONSchema(withKinds(), {
    target: 'draft-7',
    io: 'input',
    reused: 'ref',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const title = titles.get(zodSchema);
      if (title !== undefined) jsonSchema.title = title;
    },
  });
  const head = { $schema, title: 'onboarding.yml', description: 'Configuration of account-onboarding' };
  return { ...head, ...schema } as z.core.JSONSchema.JSONSchema;
}

/** The code selects an entry's schema by its kind. JSON Schema cannot express that, so a union replaces it. */
const withKinds = () =>
  configurationSchema.extend({ grants: z.array(z.union(grantKinds.map(({ schema }) => schema))).min(1) });

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(schemaFile, `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
