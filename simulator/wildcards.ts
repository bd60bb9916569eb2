import { type Glob, parseGlob } from '../shared/platform/glob.ts';

/**
 * Parses a glob of AWS, in which `*` stands for any characters and a backslash makes the next one literal.
 * @param literal other special characters of globs, which this service takes literally
 */
export const parseWildcards = (text: string, literal: string): Glob =>
  parseGlob(text.replace(/\\.|./gsu, (token) => (literal.includes(token) ? `\\${token}` : token)));
