import { memoizeByObject } from '../platform/memoize.ts';
import { type PolicyDocument, type Statement, serializePolicy } from './document.ts';

/** The unit that a service's limit is stated in. */
export type SizeUnit = 'bytes' | 'characters';

/**
 * The part of a service's limit that a document takes: its compact JSON, in UTF-8 bytes or in characters. Zero for no
 * policy. Never less than the service counts. White space inside strings counts here, but IAM and S3 do not count it. A
 * character is a UTF-16 unit, and there are at least as many units as code points.
 */
export function measurePolicy(document: PolicyDocument | undefined, unit: SizeUnit): number {
  if (document === undefined) return 0;
  const { Statement } = document;
  const rest = sizesOf(serializePolicy({ ...document, Statement: [] }))[unit];
  const commas = Math.max(0, Statement.length - 1);
  return Statement.reduce((sum, statement) => sum + statementSizes(statement)[unit], rest + commas);
}

/** Cached by statement: repeated renderings differ in few statements, and unmanaged statements stay unchanged. */
const statementSizes = memoizeByObject((statement: Statement) => sizesOf(JSON.stringify(statement)));

const sizesOf = (text: string): Readonly<Record<SizeUnit, number>> => ({
  bytes: Buffer.byteLength(text),
  characters: text.length,
});
