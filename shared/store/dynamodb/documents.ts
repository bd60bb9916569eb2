import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';

/**
 * Packs a value of any content or length (policies, error fields, lists of accounts) as JSON text, so that exactly the
 * same value can be read back. A map of DynamoDB would reject class instances, and could not tell a missing key from an
 * undefined one.
 *
 * Text above `largestPlain` is compressed, because an item has at most 400 KB of names and values, in bytes of UTF-8
 * (DynamoDB, "Quotas"). An item has at most eight packed values, which take 256 KB if none is compressed. The documents
 * before and after a change take 64 KB for a key policy (KMS allows 32 KB each) and 120 KB for ten managed policies
 * (IAM allows 6,144 characters each). Compression reduces policies to a tenth or less, and a list of account ids to a
 * half. So every run record fits into an item.
 */
export function pack(value: unknown): string | Uint8Array {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) <= largestPlain ? text : gzipSync(text);
}

/** Like `pack`, for an attribute that may be absent. */
export const packOptional = (value: unknown): string | Uint8Array | undefined =>
  value === undefined ? undefined : pack(value);

const largestPlain = 32 * 1024;

/**
 * How many bytes a packed value may have after decompression. Real values are far smaller. Without this limit, a
 * damaged item of 400 KB could decompress to more than a function's memory.
 */
const largestUnpacked = 16 * 1024 * 1024;

/**
 * The schema of an attribute in the form that `pack` writes.
 * @param content the schema of the value that was packed
 */
export const packedSchema = <T extends z.ZodType>(content: T) =>
  z
    .union([z.string(), z.instanceof(Uint8Array)])
    .transform(unpack)
    .pipe(content);

function unpack(stored: string | Uint8Array, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(
      typeof stored === 'string'
        ? stored
        : gunzipSync(stored, { maxOutputLength: largestUnpacked }).toString('utf8'),
    );
  } catch (cause) {
    context.addIssue({ code: 'custom', message: `expected JSON, plain or compressed: ${String(cause)}` });
    return z.NEVER;
  }
}
