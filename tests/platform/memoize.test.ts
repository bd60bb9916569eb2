import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../../shared/platform/deep-freeze.ts';
import { memoizeByObject, memoizeByString } from '../../shared/platform/memoize.ts';

describe('memoizeByObject', () => {
  it('computes a result once for each object, even when the result is undefined', () => {
    const asked: object[] = [];
    const answer = memoizeByObject((key: object): undefined => void asked.push(key));
    const [one, other] = [{}, {}];
    for (const key of [one, other, one, other]) answer(key);
    expect(asked).toEqual([one, other]);
    expect(asked[0]).toBe(one);
  });
});

describe('memoizeByString', () => {
  it('computes a result once for each text', () => {
    let made = 0;
    const answer = memoizeByString(10, (text) => ({ text, number: ++made }));
    expect([answer('a'), answer('b'), answer('a')].map(({ number }) => number)).toEqual([1, 2, 1]);
  });

  it('keeps a limited number of results, and recomputes dropped ones', () => {
    let made = 0;
    const answer = memoizeByString(2, (text) => {
      made += 1;
      return text.toUpperCase();
    });
    expect(['a', 'b', 'c', 'a'].map(answer)).toEqual(['A', 'B', 'C', 'A']);
    expect(made).toBe(4);
  });

  it('forgets a computation that threw an error', () => {
    let tries = 0;
    const answer = memoizeByString(2, () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return tries;
    });
    expect(() => answer('a')).toThrow('not yet');
    expect(answer('a')).toBe(2);
  });
});

describe('frozen', () => {
  const given = { list: [{ a: 1 }, undefined], gone: undefined, none: null, ['__proto__']: { b: 2 } };

  it('returns a frozen copy with the content that JSON would have', () => {
    expect(JSON.stringify(deepFreeze(given))).toBe(JSON.stringify(given));
    expect(Object.keys(deepFreeze(given))).not.toContain('gone');
  });

  it('leaves the given object unfrozen', () => {
    const copy = deepFreeze(given);
    expect(Object.isFrozen(given)).toBe(false);
    expect(copy.list[0]).not.toBe(given.list[0]);
  });

  it('freezes the copy and every object in it', () => {
    const copy = deepFreeze(given);
    for (const part of [copy, copy.list, copy.list[0], Object.entries(copy).at(-1)?.[1]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('shares its own frozen copies, and copies objects that other code froze', () => {
    const copy = deepFreeze(given);
    const frozenByOthers = Object.freeze({ inner: { c: 3 } });
    expect(deepFreeze({ copy }).copy).toBe(copy);
    expect(deepFreeze(frozenByOthers)).not.toBe(frozenByOthers);
    expect(Object.isFrozen(deepFreeze(frozenByOthers).inner)).toBe(true);
  });
});
