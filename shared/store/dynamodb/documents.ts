import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';

/**
 * Values of unbounded content or length (policies, error fields, lists of accounts) are kept as JSON text, so that they
 * come back exactly. A map of DynamoDB would reject class instances, and lose the difference between a missing and an
 * undefined key.
 *
 * An item may have 400 KB, names and values together, in bytes of UTF-8 (DynamoDB, "Quotas"). The documents before and
 * after take 64 KB for a key policy (KMS allows 32 KB each) and 120 KB for ten managed policies (IAM allows 6,144
 * characters each). Text above `largestPlain` is compressed: policies shrink to a tenth and less, a list of account ids
 * to a half. An item has at most seven packed values, which take 224 KB as plain text. Megabytes of compressed policies
 * fit besides, so no run's record is too large.
 */
export function pack(value: unknown): string | Uint8Array {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) <= largestPlain ? text : gzipSync(text);
}

/** `pack`, for an attribute that may be absent. */
export const packOptional = (value: unknown): string | Uint8Array | undefined =>
  value === undefined ? undefined : pack(value);

const largestPlain = 32 * 1024;

/** Far more than `pack` ever gets. Without a limit, an item of 400 KB could unpack to more than a function's memory. */
const largestUnpacked = 16 * 1024 * 1024;

/** Schema of an attribute that `pack` wrote, with the schema of its content. */
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
