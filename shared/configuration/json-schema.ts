import AjvDraft04 from 'ajv-draft-04';

/** The only JSON Schema that AppConfig takes inline ("Understanding validators", AppConfig user guide: version 4.X). */
const draft04 = 'http://json-schema.org/draft-04/schema';

/** AppConfig API reference, "Validator": the content's length. */
const longest = 32_768;

/** Keywords of later drafts that say nothing about what is valid, beside `$comment`, which the library knows. */
const annotations = ['examples'];

/**
 * A JSON Schema as AppConfig gets it: without white space.
 * @throws Error that says what a validator of AppConfig must be, and what this is
 */
export function minifySchema(text: string): string {
  const schema: unknown = JSON.parse(text);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new Error('a JSON Schema is an object');
  const declared = '$schema' in schema ? schema.$schema : undefined;
  if (declared !== undefined && String(declared).replace(/#$/, '') !== draft04)
    throw new Error(`it says $schema ${String(declared)}; another draft needs a Lambda validator`);
  compiled(schema, true);
  const content = JSON.stringify(schema);
  if (content.length <= longest) return content;
  throw new Error(
    `it has ${content.length} characters without white space, and a validator ${longest} at most`,
  );
}

/** What a JSON Schema of draft-04 finds wrong with a value, a line each. Formats are not looked at. */
export function findViolations(schema: string, value: unknown): readonly string[] {
  const validate = compiled(JSON.parse(schema), false);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = 'is wrong', params }) =>
      `${instancePath || '/'} ${message}${'additionalProperty' in params ? `: ${params.additionalProperty}` : ''}`,
  );
}

/** Keywords of later drafts and of other formats that the library knows nevertheless. */
const later = ['const', 'contains', 'propertyNames', 'if', 'then', 'else', 'nullable', '$async'];

/** @param strict whether a keyword that draft-04 does not know, and so ignores, is an error */
function compiled(schema: object, strict: boolean) {
  const ajv = new AjvDraft04.default({
    allErrors: true,
    logger: false,
    strict: false,
    strictSchema: strict,
    validateFormats: false,
  });
  for (const keyword of later) ajv.removeKeyword(keyword);
  return ajv.addVocabulary(annotations).compile(schema);
}
