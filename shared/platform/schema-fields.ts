import * as z from 'zod';

/**
 * A string that must match a pattern.
 * @param what describes valid strings in the error message
 */
export const textSchema = (pattern: RegExp, what: string) => z.string(what).regex(pattern, what);

export const regionSchema = textSchema(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-west-1');

/** The error messages of an object schema: for an unknown key, and for a value that is no object. */
export const describeKeyErrors =
  (keys: readonly string[]) =>
  ({ code }: { readonly code?: string | undefined }): string => {
    const listed = [keys.slice(0, -1).join(', '), ...keys.slice(-1)].filter(Boolean).join(' and ');
    return code === 'unrecognized_keys'
      ? `is not a key here; the keys are ${listed}`
      : `an object with ${listed}`;
  };

/** The schema of an object that has only known keys. Its error about an unknown key lists the known keys. */
export const objectSchema = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: describeKeyErrors(Object.keys(shape)) });

/**
 * Characters that a tag may have ("Rules for tagging in IAM and AWS STS", IAM user guide). The published JSON Schema
 * does not have this pattern, because editors may not support `\p`.
 */
const tagKey = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** How many tags from the configuration a resource may have. IAM allows 50, and this project adds two. */
export const maxOwnTags = 48;

export const tagsSchema = z
  .record(
    z.string(),
    z
      .string('must be the value of the tag, as text in quotes')
      .refine((value) => tagValue.test(value), 'must be at most 256 letters, digits, spaces and _.:/=+-@'),
  )
  .refine((tags) => Object.keys(tags).every((key) => tagKey.test(key)), {
    message: 'must have keys of 1 to 128 letters, digits, spaces and _.:/=+-@, which do not begin with aws:',
  })
  .refine((tags) => Object.keys(tags).length <= maxOwnTags, {
    message: `must be at most ${maxOwnTags} tags: this project adds two, and IAM takes 50`,
  })
  .refine(
    (tags) => new Set(Object.keys(tags).map((key) => key.toLowerCase())).size === Object.keys(tags).length,
    {
      message: 'must have keys that differ in more than upper and lower case, because IAM ignores case',
    },
  );
