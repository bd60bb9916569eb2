import { expect, test } from '@jest/globals';
import { deepFreeze } from '../../shared/platform/deep-freeze.ts';

test('a copy is frozen to its depths, and is not what it was made from', () => {
  const given = { list: [{ text: 'a' }], nothing: null };

  const copy = deepFreeze(given);

  expect(copy).toEqual(given);
  expect(copy).not.toBe(given);
  expect([copy, copy.list, copy.list[0]].every(Object.isFrozen)).toBe(true);
  expect(Object.isFrozen(given.list[0])).toBe(false);
});

test('what is undefined is as JSON has it: gone from an object, null in a list', () => {
  expect(Object.keys(deepFreeze({ here: 1, gone: undefined }))).toEqual(['here']);
  expect(deepFreeze([1, undefined])).toEqual([1, null]);
});

test('a copy and its parts are shared, and nothing else that is frozen is', () => {
  const copy = deepFreeze({ part: { text: 'a' } });
  const theirs = Object.freeze({ inner: { text: 'a' } });

  const next = deepFreeze({ copy, part: copy.part, theirs });

  expect(next.copy).toBe(copy);
  expect(next.part).toBe(copy.part);
  expect(next.theirs).not.toBe(theirs);
  expect(Object.isFrozen(next.theirs.inner)).toBe(true);
});

test('a key named __proto__ is a key like any other', () => {
  const copy = deepFreeze(JSON.parse('{"__proto__": {"text": "a"}}'));

  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"text":"a"}}');
});
