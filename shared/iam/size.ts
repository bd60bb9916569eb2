import { memoizeByObject } from '../platform/memoize.ts';
import { type PolicyDocument, type Statement, serializePolicy } from './document.ts';

/** The unit in which a service states its limit. */
export type SizeUnit = 'bytes' | 'characters';

/**
 * How much of a service's limit a document takes: the size of its compact JSON, in UTF-8 bytes or characters. Zero
 * without a policy. The result is never less than the service counts: it includes white space in strings, which IAM and
 * S3 do not count, and it counts characters in UTF-16 units, of which there are at least as many as code points.
 */
export function measurePolicy(document: PolicyDocument | undefined, unit: SizeUnit): number {
  if (document === undefined) return 0;
  const { Statement } = document;
  const rest = sizesOf(serializePolicy({ ...document, Statement: [] }))[unit];
  const commas = Math.max(0, Statement.length - 1);
  return Statement.reduce((sum, statement) => sum + statementSizes(statement)[unit], rest + commas);
}

/** Cached by statement, because repeated renderings differ in few statements and keep the unmanaged ones. */
const statementSizes = memoizeByObject((statement: Statement) => sizesOf(JSON.stringify(statement)));

const sizesOf = (text: string): Readonly<Record<SizeUnit, number>> => ({
  bytes: Buffer.byteLength(text),
  characters: text.length,
});
