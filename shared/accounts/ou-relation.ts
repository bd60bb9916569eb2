import { isDeepStrictEqual } from 'node:util';
import { type Glob, matchesGlob } from '../platform/glob.ts';
import { parseOuEntry } from './ou-path.ts';

/**
 * Where the OUs of one entry are in relation to the OUs of another entry. `below`: equal or below. `above`. `apart`:
 * they share no OU. `unknown`: only Organizations knows, for example for a path and an id, for two ids, or for a name
 * that a `*` may match.
 */
export type OuRelation = 'below' | 'above' | 'apart' | 'unknown';

export function compareOus(one: string, other: string): OuRelation {
  if (one === other || isRoot(other)) return 'below';
  if (isRoot(one)) return 'above';
  const from = parseOuEntry(one);
  const to = parseOuEntry(other);
  return 'names' in from && 'names' in to ? comparePaths(from.names, to.names) : 'unknown';
}

/** An organization has one root. */
const isRoot = (ou: string): boolean => ou.startsWith('r-') && 'id' in parseOuEntry(ou);

function comparePaths(one: readonly Glob[], other: readonly Glob[]): OuRelation {
  const pairs = one.flatMap((name, index) => {
    const otherName = other[index];
    return otherName === undefined ? [] : [[name, otherName] as const];
  });
  if (pairs.some(([name, otherName]) => cannotMeet(name, otherName))) return 'apart';
  if (!pairs.every(([name, otherName]) => isDeepStrictEqual(name, otherName))) return 'unknown';
  return one.length >= other.length ? 'below' : 'above';
}

const cannotMeet = (one: Glob, other: Glob): boolean =>
  (isLiteral(one) && !matchesGlob(other, one.join(''))) ||
  (isLiteral(other) && !matchesGlob(one, other.join('')));

const isLiteral = (glob: Glob): boolean => glob.every((part) => typeof part === 'string');
