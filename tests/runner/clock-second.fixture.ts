import { expect, test } from '@jest/globals';

/** Two suites do this, `clock-first` and `clock-second`. Each would leave its own clock to the other. */
test('begins with the clock of the process', () => {
  expect(Date.now()).not.toBe(0);
  globalThis.Date = class extends Date {
    static override now = () => 0;
  } as DateConstructor;
});
