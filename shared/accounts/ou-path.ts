import { type Glob, joinWithStars } from '../platform/glob.ts';
import { parentIdPattern } from './schemas.ts';

/**
 * An entry of `ous` in a selector: the id of an OU or the root, or a path. A path has one pattern for each OU, from
 * below the root.
 */
export type OuEntry = { readonly id: string } | { readonly names: readonly Glob[] };

/**
 * Parses an entry of `ous`. In a path, `/` separates the names of OUs, and `*` matches any characters of a name. As in
 * a URL, `%` and two hexadecimal digits stand for a character. So a name may contain a slash (`%2F`), an asterisk
 * (`%2A`) and a percent sign (`%25`). Every other character stands for itself.
 */
export const parseOuEntry = (entry: string): OuEntry =>
  parentIdPattern.test(entry) ? { id: entry } : { names: entry.split('/').map(readName) };

const readName = (segment: string): Glob => joinWithStars(segment.split('*').map(decoded));

/** Writes the path of an OU so that, in a selector, it matches this OU and the OUs below it only. */
export function formatOuPath(names: readonly string[]): string {
  const path = names.map(encoded).join('/');
  return looksLikeId(path) ? path.replace('-', asCode) : path;
}

/** Splits a path that `formatOuPath` has written into the names of the OUs, from below the root. */
export const splitOuPath = (ouPath: string): readonly string[] =>
  ouPath === '' ? [] : ouPath.split('/').map(decoded);

/** Explains why an entry of `ous` is invalid. `undefined` if it is an id or a valid path. */
export function findOuMistake(ou: string): string | undefined {
  if (parentIdPattern.test(ou)) return undefined;
  if (looksLikeId(ou))
    return (
      'looks like the id of an OU but is none: it must be like ou-ab12-cd34ef56; ' +
      `to name an OU of this name, write ${ou.replace('-', asCode)}`
    );
  const segments = ou.split('/');
  if (segments.some((segment) => blank.test(segment)))
    return 'must be a path from below the root such as Workloads/Production, with a name before and after each slash';
  if (segments.includes('**')) return 'must not have **: a path already includes everything below the OU';
  return undefined;
}

const looksLikeId = (path: string): boolean => path.startsWith('ou-') || parentIdPattern.test(path);

const blank = /^[ \t\r\n]*$/;

const encodedCharacter = /%[0-7][0-9A-Fa-f]/g;

const decoded = (segment: string): string =>
  segment.replace(encodedCharacter, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));

/** Encodes a percent sign only if it would otherwise be read as the beginning of a code, such as `%2F`. */
const encoded = (name: string): string =>
  blank.test(name) ? name.replaceAll(/./gs, asCode) : name.replaceAll(/[/*]|%(?=[0-7][0-9A-Fa-f])/g, asCode);

const asCode = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
