import AjvDraft04 from 'ajv-draft-04';

/**
 * The only version of JSON Schema that AppConfig accepts for a validator ("Understanding validators", AppConfig user
 * guide: version 4.X).
 */
const draft04 = 'http://json-schema.org/draft-04/schema';

/** How many characters a validator may have (AppConfig API reference, "Validator"). */
const longest = 32_768;

/**
 * Keywords that later drafts have added, and that do not decide whether a value is valid. The library already accepts
 * `$comment`.
 */
const annotations = ['examples'];

/**
 * Removes the white space from a JSON Schema, as it is sent to AppConfig.
 * @throws Error that says what AppConfig requires of a validator, and how this schema differs
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

/** How a value violates a JSON Schema of draft-04, one line for each violation. Formats are not checked. */
export function findViolations(schema: string, value: unknown): readonly string[] {
  const validate = compiled(JSON.parse(schema), false);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = 'is wrong', params }) =>
      `${instancePath || '/'} ${message}${'additionalProperty' in params ? `: ${params.additionalProperty}` : ''}`,
  );
}

/** Keywords that draft-04 does not have. AppConfig ignores them, but the library would apply them. */
const later = ['const', 'contains', 'propertyNames', 'if', 'then', 'else', 'nullable', '$async'];

/**
 * @param strict if true, a keyword that draft-04 does not have is an error. If false, it is ignored, as AppConfig does
 */
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
