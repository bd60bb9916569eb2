/**
 * Writes the JSON Schemas in `schema/` from the schemas in code: onboarding.schema.json of `onboarding.yml` for editors,
 * events.schema.json of the events that the project sends, and report.schema.json of the facts that
 * `onboarding report --json` prints. After a change of the configuration, of a grant kind, of an event or of the report,
 * run: npx node scripts/json-schema.ts && npx biome format --write schema
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { reportFactsSchema } from '../cli/report/facts.ts';
import { type EventDeclaration, eventContract } from '../shared/composition/event-contract.ts';
import { configurationSchema } from '../shared/configuration/schema.ts';
import { grantKinds } from '../shared/grants/kinds.ts';

const inSchemaFolder = (name: string): string => fileURLToPath(new URL(`../schema/${name}`, import.meta.url));

export const schemaFile = inSchemaFolder('onboarding.schema.json');
export const eventSchemaFile = inSchemaFolder('events.schema.json');
export const reportSchemaFile = inSchemaFolder('report.schema.json');

export const reportJsonSchema = (): z.core.JSONSchema.JSONSchema =>
  z.toJSONSchema(reportFactsSchema, { target: 'draft-7', io: 'input' });

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

/** Each event has a definition of its own, so that a reader can validate one kind of event. */
export function eventJsonSchema(): object {
  const definitions = Object.fromEntries(
    eventContract.map((event) => [event.detailType.replaceAll(' ', ''), describeEvent(event)]),
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Events of account-onboarding',
    description: 'A later version may send more fields. Ignore fields that you do not know',
    anyOf: Object.keys(definitions).map((name) => ({ $ref: `#/definitions/${name}` })),
    definitions,
  };
}

/** An event as a target of EventBridge gets it. EventBridge's own fields, such as `account` and `time`, are allowed. */
function describeEvent({ source, detailType, detail }: EventDeclaration): object {
  const event = z.object({ source: z.literal(source), 'detail-type': z.literal(detailType), detail });
  const { $schema: _, ...schema } = z.toJSONSchema(event, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => allowMoreFields(jsonSchema),
  });
  return schema;
}

/** Readers must accept the fields of later versions. The pattern of a time would say no more than its format. */
function allowMoreFields(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.format === 'date-time') delete schema.pattern;
}

const write = (file: string, schema: object): void =>
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write(schemaFile, configurationJsonSchema());
  write(eventSchemaFile, eventJsonSchema());
  write(reportSchemaFile, reportJsonSchema());
}
