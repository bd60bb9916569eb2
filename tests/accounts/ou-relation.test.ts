import { expect, it } from '@jest/globals';
import { compareOus } from '../../shared/accounts/ou-relation.ts';

it.each([
  ['Workloads', 'Workloads', 'below'],
  ['Workloads/Production', 'Workloads', 'below'],
  ['Workloads', 'Workloads/Production', 'above'],
  ['Workloads', 'Sandbox', 'apart'],
  ['Workloads/Production', 'Workloads/Test', 'apart'],
  ['Workloads/*', 'Workloads', 'below'],
  ['Work*', 'Workloads', 'unknown'],
  ['Sand*', 'Workloads', 'apart'],
  ['*/Production', 'Workloads', 'unknown'],
  ['Workloads/a%2Fb', 'Workloads/a', 'apart'],
  ['ou-ab12-cd34ef56', 'ou-ab12-cd34ef56', 'below'],
  ['ou-ab12-cd34ef56', 'ou-ab12-11112222', 'unknown'],
  ['ou-ab12-cd34ef56', 'Workloads', 'unknown'],
  ['Workloads', 'r-ab12', 'below'],
  ['r-ab12', 'Workloads', 'above'],
  ['r-ab12', 'ou-ab12-cd34ef56', 'above'],
])('compares the OU paths %s and %s: the first is %s', (one, other, expected) => {
  expect(compareOus(one, other)).toBe(expected);
});
