import { memoizeByObject } from '../platform/memoize.ts';
import { type PolicyDocument, type Statement, serializePolicy } from './document.ts';

/** What the limit of a service counts. */
export type SizeUnit = 'bytes' | 'characters';

/**
 * How much of a service's limit a document takes: the length of its compact JSON, in UTF-8 bytes or characters. Zero
 * without a policy. The service may count less, but never more. This counts white space in strings, which IAM and S3 do
 * not count. And it counts UTF-16 units, of which a text has at least as many as characters.
 */
export function measurePolicy(document: PolicyDocument | undefined, unit: SizeUnit): number {
  if (document === undefined) return 0;
  const { Statement } = document;
  const rest = sizesOf(serializePolicy({ ...document, Statement: [] }))[unit];
  const commas = Math.max(0, Statement.length - 1);
  return Statement.reduce((sum, statement) => sum + statementSizes(statement)[unit], rest + commas);
}

/** Cached for each statement, because most statements stay the same from one rendering to the next. */
const statementSizes = memoizeByObject((statement: Statement) => sizesOf(JSON.stringify(statement)));

const sizesOf = (text: string): Readonly<Record<SizeUnit, number>> => ({
  bytes: Buffer.byteLength(text),
  characters: text.length,
});
