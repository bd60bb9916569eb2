import AjvDraft04 from 'ajv-draft-04';

/**
 * AppConfig accepts only this version of JSON Schema inline ("Understanding validators", AppConfig user guide: version
 * 4.X).
 */
const draft04 = 'http://json-schema.org/draft-04/schema';

/** AppConfig API reference, "Validator": the content's length. */
const longest = 32_768;

/** Keywords of later drafts that have no effect on validity. The library knows `$comment` itself. */
const annotations = ['examples'];

/**
 * A JSON Schema in the form that AppConfig gets: without white space.
 * @throws Error that says what AppConfig requires of a validator, and what this schema is
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

/** The violations of a JSON Schema of draft-04 by a value, a line each. Formats are not checked. */
export function findViolations(schema: string, value: unknown): readonly string[] {
  const validate = compiled(JSON.parse(schema), false);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = 'is wrong', params }) =>
      `${instancePath || '/'} ${message}${'additionalProperty' in params ? `: ${params.additionalProperty}` : ''}`,
  );
}

/** Keywords of later drafts and of other formats that the library nevertheless applies. */
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
