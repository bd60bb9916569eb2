import { memoizeByObject } from '../platform/memoize.ts';
import { type PolicyDocument, type Statement, serializePolicy } from './document.ts';

/** The unit that a service's limit is stated in. */
export type SizeUnit = 'bytes' | 'characters';

/**
 * How much of a service's limit a document takes: its compact JSON, in UTF-8 bytes or in characters; nothing for
 * no policy. Never less than the service counts: white space inside strings counts here, though IAM and S3 leave
 * white space out, and a character is a UTF-16 unit, of which there are at least as many as code points (as many,
 * in the Latin-1 text that IAM accepts).
 */
export function measurePolicy(document: PolicyDocument | undefined, unit: SizeUnit): number {
  if (document === undefined) return 0;
  const { Statement } = document;
  const rest = sizesOf(serializePolicy({ ...document, Statement: [] }))[unit];
  const commas = Math.max(0, Statement.length - 1);
  return Statement.reduce((sum, statement) => sum + statementSizes(statement)[unit], rest + commas);
}

/** What is tried again and again differs in few statements, and those of others are the same. */
const statementSizes = memoizeByObject((statement: Statement) => sizesOf(JSON.stringify(statement)));

const sizesOf = (text: string): Readonly<Record<SizeUnit, number>> => ({
  bytes: Buffer.byteLength(text),
  characters: text.length,
});
