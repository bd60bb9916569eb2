import { expect, test } from '@jest/globals';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const simulate = ['--simulate', '--config', exampleConfiguration];

const withoutRoles = ({ world }: SimulatedOrganization): void => {
  for (const { arn } of [...world.roles.values()].filter(({ name }) => name === 'spoke'))
    world.roles.delete(arn);
};

/** The example has resources in three accounts, so three roles are denied. */
const accounts = ['222222222222', '333333333333', '444444444444'];

test.each([
  ['plan', { prepareWorld: withoutRoles }, []],
  ['apply', { prepareWorld: withoutRoles }, ['--yes']],
  ['drift', { outsiders: withoutRoles }, []],
  ['budget', { outsiders: withoutRoles }, []],
  ['run', { prepareWorld: withoutRoles }, ['--event', 'tests/fixtures/inputs/account-id.json']],
])(
  'names each denied role once in %s and ends with 1 when no central account can be read',
  async (name, io, more) => {
    const { code, stdout } = await run([name, ...simulate, ...more], io);
    const text = stdout.replace(/\s+/g, ' ');

    expect(code).toBe(1);
    for (const account of accounts) {
      const denials = [...text.matchAll(new RegExp(`AssumeRole on \\S*::${account}:\\S* was denied`, 'g'))];
      // The plan that `apply` shows says it, and so does the run.
      expect(denials).toHaveLength(name === 'apply' ? 2 : 1);
    }
    expect(text).toMatch(/\d+ resources are affected/);
  },
);
