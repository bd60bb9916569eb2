import * as z from 'zod';

/**
 * A text that must match a pattern.
 * @param what describes valid texts in the error message
 */
export const textSchema = (pattern: RegExp, what: string) => z.string(what).regex(pattern, what);

export const regionSchema = textSchema(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-west-1');

/** The error messages of an object: for an unknown key, and for a value that is no object. */
export const describeKeyErrors =
  (keys: readonly string[]) =>
  ({ code }: { readonly code?: string | undefined }): string => {
    const listed = [keys.slice(0, -1).join(', '), ...keys.slice(-1)].filter(Boolean).join(' and ');
    return code === 'unrecognized_keys'
      ? `is not a key here; the keys are ${listed}`
      : `an object with ${listed}`;
  };

/** An object that allows only known keys. Its error about an unknown key lists the known ones. */
export const objectSchema = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: describeKeyErrors(Object.keys(shape)) });
