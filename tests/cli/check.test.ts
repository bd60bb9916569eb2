import { expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const check = (...more: readonly string[]) =>
  run(['check', '--simulate', '--config', exampleConfiguration, ...more]);

test('exits with 0 and prints ready when both halves of every access are proven', async () => {
  const screen = await check('--account', '888888888888', '--json');

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen)).toMatchObject({ status: 'checked', accountId: '888888888888', ready: true });
});

test('exits with 2 and prints unproven when the roles of the account cannot be read', async () => {
  const outsiders: Parameters<typeof run>[1] = {
    outsiders: ({ world }) => {
      for (const { arn } of world.roles.values())
        if (arn.includes('888888888888:role/account-onboarding/')) world.roles.delete(arn);
    },
  };
  const screen = await run(
    ['check', '--simulate', '--config', exampleConfiguration, '--account', '888888888888', '--json'],
    outsiders,
  );

  expect(screen).toMatchObject({ code: 2, stderr: '' });
  expect(objectOf(screen)).toMatchObject({ status: 'checked', accountId: '888888888888', ready: 'unproven' });
});

test('exits with 1 and names the statement when an unmanaged statement denies an access', async () => {
  const outsiders: Parameters<typeof run>[1] = {
    outsiders: ({ world }) => {
      const bucket = world.buckets.get('example-org-cloudtrail');
      if (bucket === undefined) throw new Error('There is no bucket');
      const policy = JSON.parse(bucket.policy ?? '');
      const denial = { Sid: 'Frozen', Effect: 'Deny', Principal: '*', Action: 's3:PutObject' };
      const Resource = 'arn:aws:s3:::example-org-cloudtrail/*';
      bucket.policy = JSON.stringify({
        ...policy,
        Statement: [...policy.Statement, { ...denial, Resource }],
      });
    },
  };
  const screen = await run(
    ['check', '--simulate', '--config', exampleConfiguration, '--account', '888888888888', '--json'],
    outsiders,
  );

  expect(screen.code).toBe(1);
  expect(objectOf(screen)).toMatchObject({ ready: false });
  expect(objectOf(screen).results).toContainEqual(
    expect.objectContaining({ status: 'denied', statement: 'Frozen' }),
  );
});

test('lists only the accesses of a role when check names the role', async () => {
  const screen = await check(
    '--account',
    '888888888888',
    '--principal',
    'arn:aws:iam::888888888888:role/people/ReadOnly',
    '--json',
  );

  const { results } = objectOf(screen) as { results: readonly { role?: string }[] };
  expect(new Set(results.map(({ role }) => role))).toEqual(new Set(['people/ReadOnly']));
});

const signInsOf = (screen: Parameters<typeof objectOf>[0]) =>
  (objectOf(screen) as { signIns?: readonly { roleArn: string; switchRole: string }[] }).signIns;

test('prints how people sign in when their access is verified', async () => {
  const roleArn = 'arn:aws:iam::888888888888:role/people/ReadOnly';
  const json = await check('--account', '888888888888', '--json');
  const signIn = signInsOf(json)?.find((each) => each.roleArn === roleArn);

  expect(signIn?.switchRole).toMatch(
    /switchrole\?account=888888888888&roleName=people\/ReadOnly&displayName=/,
  );
  const { stdout } = await check('--account', '888888888888');
  expect(stdout).toContain(`role_arn = ${roleArn}`);
});

test('prints no sign-in link when the role does not trust people', async () => {
  const roleArn = 'arn:aws:iam::888888888888:role/people/ReadOnly';
  const outsiders: Parameters<typeof run>[1] = {
    outsiders: ({ world }) => {
      const role = world.roles.get(roleArn);
      if (role === undefined) throw new Error('There is no role');
      role.trust = role.trust.replaceAll('333333333333', '222222222222');
    },
  };
  const argv = [
    'check',
    '--simulate',
    '--config',
    exampleConfiguration,
    '--account',
    '888888888888',
    '--json',
  ];
  const screen = await run(argv, outsiders);

  expect(screen.code).toBe(1);
  const printed = signInsOf(screen)?.map((each) => each.roleArn);
  expect(printed).not.toContain(roleArn);
  expect(printed).toContain('arn:aws:iam::888888888888:role/people/Administrator');
});

test.each([
  ['the account is missing', [], 64],
  ['the registry has no such account', ['--account', '999999999999'], 65],
])('exits check with an error when %s', async (_, options, code) => {
  expect((await check(...options)).code).toBe(code);
});
