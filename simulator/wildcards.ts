import { type Glob, parseGlob } from '../shared/platform/glob.ts';

/**
 * Reads a glob of AWS, in which `*` stands for any characters and a backslash takes the next one as it is.
 * @param literal other special characters of globs, which this service takes as they are
 */
export const parseWildcards = (text: string, literal: string): Glob =>
  parseGlob(text.replace(/\\.|./gsu, (found) => (literal.includes(found) ? `\\${found}` : found)));
