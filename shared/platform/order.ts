/**
 * A comparison for `sort` and `toSorted`: compares values by a string of each, such as an id, in the order of UTF-16
 * code units.
 */
export const compareByText =
  <T>(textOf: (value: T) => string) =>
  (a: T, b: T): number =>
    Number(textOf(a) > textOf(b)) - Number(textOf(a) < textOf(b));
