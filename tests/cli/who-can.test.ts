import { expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const image = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';
type Io = Parameters<typeof run>[1];

const whoCan = (resource: string, more: readonly string[] = [], io: Io = {}) =>
  run(['who-can', '--simulate', '--config', exampleConfiguration, '--resource', resource, ...more], io);

interface Entry {
  readonly [name: string]: unknown;
}

const entriesOf = (screen: Awaited<ReturnType<typeof whoCan>>): readonly Entry[] =>
  (objectOf(screen) as { entries: readonly Entry[] }).entries;

test('lists accounts, roles and services with their grants when who-can names no action', async () => {
  const screen = await whoCan(image, ['--json']);

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  const entries = entriesOf(screen);
  expect(entries).toContainEqual(
    expect.objectContaining({
      accountId: '666666666666',
      grant: 'base-images',
      managed: true,
      status: 'named',
    }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({
      service: 'lambda.amazonaws.com',
      accountId: '666666666666',
      grant: 'lambda-images',
    }),
  );
  const unmanaged = entries.filter(({ managed }) => managed === false);
  expect(unmanaged).toEqual([
    expect.objectContaining({ accountId: '444444444444', statement: 'BuildersPush' }),
  ]);
});

test('evaluates each principal when who-can names an action', async () => {
  const entries = entriesOf(await whoCan(image, ['--action', 'ecr:BatchGetImage', '--json']));

  expect(entries.some(({ statement }) => statement === 'BuildersPush')).toBe(false);
  expect(entries).toContainEqual(
    expect.objectContaining({ accountId: '666666666666', grant: 'base-images', status: 'allowed' }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({
      service: 'lambda.amazonaws.com',
      status: 'unknown',
      reason: 'it depends on aws:SourceArn',
    }),
  );
});

test('names the role when a statement allows only that role', async () => {
  const secret = 'arn:aws:secretsmanager:eu-west-1:444444444444:secret:deploy/runner-token-Any123';
  const screen = await whoCan(secret);

  expect(screen.code).toBe(0);
  expect(screen.stdout).toContain('role deploy/Runner of workloads-1 (666666666666)');
  expect(screen.stdout).toContain('grant runner-secrets');
});

test('names the statement that denies when another statement allows', async () => {
  const outsiders: NonNullable<Io>['outsiders'] = ({ world }) => {
    const repository = [...world.repositories.values()].find(({ name }) => name === 'base/node');
    if (repository === undefined) throw new Error('There is no repository');
    const policy = JSON.parse(repository.policy ?? '');
    const denial = { Sid: 'Frozen', Effect: 'Deny', Principal: '*', Action: 'ecr:BatchGetImage' };
    repository.policy = JSON.stringify({ ...policy, Statement: [...policy.Statement, denial] });
  };
  const screen = await whoCan(image, ['--action', 'ecr:BatchGetImage', '--json'], { outsiders });

  expect(new Set(entriesOf(screen).map(({ status }) => status))).toEqual(new Set(['denied']));
  expect(objectOf(screen)).toMatchObject({ denials: ['Frozen of ECR repository policy of base/node'] });
});

test('says that accounts cannot be listed when a statement admits the organization', async () => {
  const outsiders: NonNullable<Io>['outsiders'] = ({ world }) => {
    const repository = [...world.repositories.values()].find(({ name }) => name === 'base/node');
    if (repository === undefined) throw new Error('There is no repository');
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } };
    const statement = {
      Sid: 'Everyone',
      Effect: 'Allow',
      Principal: '*',
      Action: 'ecr:BatchGetImage',
      Condition,
    };
    repository.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  };
  const screen = await whoCan(image, ['--action', 'ecr:BatchGetImage'], { outsiders });

  expect(screen.stdout).toContain(
    'unlisted  every account of o-exampleorg1, which no statement lists  unmanaged',
  );
});

test('lists the groups that may assume a member role and the account that it trusts', async () => {
  const mfa = ['--context', 'aws:MultiFactorAuthPresent=true'];
  const screen = await whoCan('arn:aws:iam::666666666666:role/people/ReadOnly', ['--json', ...mfa]);

  expect(screen.code).toBe(0);
  expect(objectOf(screen)).toMatchObject({ status: 'listed', action: 'sts:AssumeRole', unread: [] });
  const security = { accountId: '333333333333', status: 'allowed', managed: true };
  const entries = entriesOf(screen);
  expect(entries).toContainEqual(
    expect.objectContaining({ ...security, group: 'Readers', grant: 'people-read' }),
  );
  expect(entries).toContainEqual(expect.objectContaining({ ...security, memberRole: 'people/ReadOnly' }));
});

test('exits who-can with 2 and names the trust policy when a role is no member role', async () => {
  const screen = await whoCan('arn:aws:iam::666666666666:role/people/Other', ['--json']);

  expect(screen.code).toBe(2);
  expect(objectOf(screen)).toMatchObject({ status: 'incomplete', unread: [{ kind: 'trust' }] });
});

test('exits who-can with 2 and names the resource when no grant concerns it', async () => {
  const resource = 'arn:aws:sqs:eu-west-1:444444444444:jobs';
  const screen = await whoCan(resource);

  expect(screen.code).toBe(2);
  expect(screen.stdout).toContain(`not read: resource of ${resource}`);
});

test.each([
  ['the resource is missing', ['who-can', '--simulate', '--config', exampleConfiguration]],
  ['the resource is no ARN', ['who-can', '--resource', 'base/node']],
  ['the resource is everything', ['who-can', '--resource', '*']],
  ['the action has a wildcard', ['who-can', '--resource', image, '--action', 'ecr:*']],
])('exits who-can with 64 when %s', async (_, argv) => {
  expect((await run(argv)).code).toBe(64);
});
