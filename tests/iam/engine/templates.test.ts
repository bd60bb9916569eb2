import { describe, expect, it } from '@jest/globals';
import type { ContextEntry } from '../../../shared/iam/engine/context-entry.ts';
import { createTemplate } from '../../../shared/iam/engine/templates.ts';
import { toTextTokens } from '../../../shared/iam/engine/wildcards.ts';

const entries: Readonly<Record<string, ContextEntry>> = {
  'aws:username': ['ann'],
  'example:star': ['*'],
  'example:several': ['a', 'b'],
  'example:hidden': 'unknown',
};

const resolve = (text: string, withVariables = true) =>
  createTemplate(text, withVariables, toTextTokens).resolve({ get: (key) => entries[key] ?? 'absent' });

const textOf = (text: string, withVariables = true): string | undefined => {
  const resolved = resolve(text, withVariables);
  return resolved !== undefined && 'text' in resolved ? resolved.text : undefined;
};

describe('createTemplate', () => {
  it.each([
    ['${aws:username}', 'ann'],
    ['a/${AWS:UserName}/b', 'a/ann/b'],
    ['${ aws:username }', 'ann'],
    ['${aws:username}${aws:username}', 'annann'],
    ["${aws:username, 'guest'}", 'ann'],
    ["${example:none, 'guest'}", 'guest'],
    ["${ example:none , 'two words' }", 'two words'],
    ["${example:none,''}", ''],
    ['${*}${?}${$}', '*?$'],
    ['${aws:username', '${aws:username'],
    ['no variable', 'no variable'],
  ])('reads %s as %p when the request has a user name', (text, expected) => {
    expect(textOf(text)).toBe(expected);
  });

  it.each(['${example:none}', 'a/${example:none}/b', '${aws:username}/${example:none}'])(
    'returns no value when a policy variable has none: %s',
    (text) => {
      expect(resolve(text)).toBeUndefined();
    },
  );

  it.each([
    ['${example:several}', 'example:several'],
    ["${example:several, 'guest'}", 'example:several'],
    ['a${example:hidden}', 'example:hidden'],
    ["${example:hidden, 'guest'}", 'example:hidden'],
  ])('returns unknown when the value of a variable is unknown: %s', (text, name) => {
    expect(resolve(text)).toEqual({ unknown: [{ kind: 'key', name }] });
  });

  it('treats a policy variable as text when the version of the document has no variables', () => {
    expect(textOf('${aws:username}', false)).toBe('${aws:username}');
  });

  it('treats a wildcard in the value of a policy variable as text', () => {
    const resolved = resolve('${example:star}');
    if (resolved === undefined || 'unknown' in resolved) throw new Error('no value');
    expect(resolved.matches('*')).toBe(true);
    expect(resolved.matches('ann')).toBe(false);
  });
});
