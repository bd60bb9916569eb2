import { expect, test } from '@jest/globals';
import { deepFreeze } from '../../shared/platform/deep-freeze.ts';

test('returns a deeply frozen copy of an object', () => {
  const given = { list: [{ text: 'a' }], nothing: null };

  const copy = deepFreeze(given);

  expect(copy).toEqual(given);
  expect(copy).not.toBe(given);
  expect([copy, copy.list, copy.list[0]].every(Object.isFrozen)).toBe(true);
  expect(Object.isFrozen(given.list[0])).toBe(false);
});

test('drops undefined from objects and writes null in lists, as JSON does', () => {
  expect(Object.keys(deepFreeze({ here: 1, gone: undefined }))).toEqual(['here']);
  expect(deepFreeze([1, undefined])).toEqual([1, null]);
});

test('shares copies that it froze before, and copies other frozen objects', () => {
  const copy = deepFreeze({ part: { text: 'a' } });
  const theirs = Object.freeze({ inner: { text: 'a' } });

  const next = deepFreeze({ copy, part: copy.part, theirs });

  expect(next.copy).toBe(copy);
  expect(next.part).toBe(copy.part);
  expect(next.theirs).not.toBe(theirs);
  expect(Object.isFrozen(next.theirs.inner)).toBe(true);
});

test('keeps a key that is named __proto__', () => {
  const copy = deepFreeze(JSON.parse('{"__proto__": {"text": "a"}}'));

  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"text":"a"}}');
});
