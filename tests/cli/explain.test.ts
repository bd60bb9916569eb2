import { expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const workload = '666666666666';
const image = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';
const asked = {
  principal: workload,
  action: 'ecr:BatchGetImage',
  resource: image,
};

type Io = Parameters<typeof run>[1];

const explain = (given: Partial<typeof asked>, more: readonly string[] = [], io: Io = {}) => {
  const options = Object.entries({ ...asked, ...given }).flatMap(([name, value]) => [`--${name}`, value]);
  return run(['explain', '--simulate', '--config', exampleConfiguration, ...options, ...more], io);
};

test('exits with 0 and names the statement when AWS would allow the explained request', async () => {
  const screen = await explain({}, ['--json']);

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen)).toMatchObject({
    status: 'allowed',
    principal: workload,
    policies: [
      { kind: 'repository', says: 'allows', statement: 'statement AccountOnboardingexampleBaseImagesPull' },
    ],
    unread: [],
  });
});

test('exits with 1 when no statement allows the explained request', async () => {
  const screen = await explain({ principal: '888888888888' }, ['--json']);

  expect(screen.code).toBe(1);
  expect(objectOf(screen)).toMatchObject({ status: 'denied', explicit: false });
});

test('exits with 2 and names the policies when the hub may not read the principal', async () => {
  const principal = `arn:aws:iam::${workload}:role/app/Web`;
  const screen = await explain({ principal });

  expect(screen.code).toBe(2);
  expect(screen.stdout).toContain('unknown: ');
  expect(screen.stdout).toContain(`not read: identity of ${principal}`);
});

test('exits with 2 and names the policy when AWS denies the read of the policy', async () => {
  const outsiders: NonNullable<Io>['outsiders'] = ({ world }) => {
    const spoke = world.roles.get('arn:aws:iam::444444444444:role/account-onboarding/spoke');
    if (spoke?.permissions === undefined) throw new Error('There is no spoke role');
    spoke.permissions = spoke.permissions.replaceAll('ecr:GetRepositoryPolicy', 'ecr:PutImage');
  };
  const screen = await explain({}, ['--json'], { outsiders });

  expect(screen.code).toBe(2);
  expect(objectOf(screen)).toMatchObject({ status: 'unknown', unread: [{ kind: 'repository' }] });
});

test('evaluates a condition when explain gets the value of its key', async () => {
  const service = {
    principal: 'cloudtrail.amazonaws.com',
    action: 's3:PutObject',
    resource: `arn:aws:s3:::example-org-cloudtrail/AWSLogs/${workload}/CloudTrail/log.gz`,
  };
  const context = ['--context', `aws:SourceAccount=${workload}`];
  const acl = ['--context', 's3:x-amz-acl=bucket-owner-full-control'];

  expect((await explain(service, context)).code).toBe(2);
  expect((await explain(service, [...context, ...acl])).code).toBe(0);
  expect((await explain(service, [...context, '--without', 's3:x-amz-acl'])).code).toBe(1);
});

test.each([
  ['the principal is no ARN', { principal: 'Web' }, 64],
  ['the principal is a group', { principal: 'arn:aws:iam::333333333333:group/Readers' }, 64],
  ['the principal is a session', { principal: `arn:aws:sts::${workload}:assumed-role/Web/i-1` }, 64],
  ['the principal has a wildcard', { principal: `arn:aws:iam::${workload}:role/*` }, 64],
  ['the action has a wildcard', { action: 'ecr:*' }, 64],
  ['the action has no service', { action: 'BatchGetImage' }, 64],
  ['the resource is no ARN', { resource: 'base/node' }, 64],
  ['the ARN of the resource is too short', { resource: 'arn:aws:ecr:eu-west-1:444444444444' }, 64],
  ['the account in the ARN is none', { resource: 'arn:aws:ecr:eu-west-1:4444:repository/base/node' }, 64],
  ['the resource has a wildcard', { resource: `${image}*` }, 64],
  ['the account is not in the organization', { principal: '999999999999' }, 65],
])('exits explain with an error when %s', async (_, given, code) => {
  const screen = await explain(given);

  expect(screen.code).toBe(code);
  expect(screen.stderr).toMatch(/^error: \S/);
});

test.each([
  ['a condition key has no value', ['--context', 'aws:SourceIp']],
  ['a condition key has no service', ['--context', 'SourceIp=203.0.113.7']],
  [
    'a condition key is given and absent',
    ['--context', 'aws:SourceIp=203.0.113.7', '--without', 'aws:SourceIp'],
  ],
])('exits explain with 64 when %s', async (_, options) => {
  expect((await explain({}, options)).code).toBe(64);
});

test('prints unknown when no grant concerns a resource of the service', async () => {
  const resource = `arn:aws:sqs:eu-west-1:${workload}:jobs`;
  const screen = await explain({ action: 'sqs:SendMessage', resource }, ['--json']);

  expect(screen.code).toBe(2);
  expect(objectOf(screen)).toMatchObject({ status: 'unknown', unread: [{ kind: 'resource', of: resource }] });
});
