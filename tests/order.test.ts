import { expect, it } from '@jest/globals';
import { compareByText } from '../shared/platform/order.ts';

it('sorts values by their text, and keeps the order of values with equal text', () => {
  const values = [{ id: 'b' }, { id: 'a', first: true }, { id: 'B' }, { id: 'a', first: false }];

  expect(values.toSorted(compareByText(({ id }) => id))).toEqual([
    { id: 'B' },
    { id: 'a', first: true },
    { id: 'a', first: false },
    { id: 'b' },
  ]);
});
