import { expect, it } from '@jest/globals';
import { parseUpdateFunctions } from '../../shared/composition/update-functions.ts';

it('finds the update function of each account when the deployment names it', () => {
  const find = parseUpdateFunctions(
    '{"log":"hub-update-log-account","network":"hub-update-network-account"}',
  );

  expect(['log', 'network', 'crypto', 'constructor'].map(find)).toEqual([
    'hub-update-log-account',
    'hub-update-network-account',
    undefined,
    undefined,
  ]);
});

it('finds no update function when the environment variable is not set', () => {
  expect(parseUpdateFunctions(undefined)('log')).toBeUndefined();
});

it.each(['[]', '{"log":""}', '{"log":1}'])(
  'refuses the environment variable of update functions when it is %s',
  (text) => {
    expect(() => parseUpdateFunctions(text)).toThrow();
  },
);
