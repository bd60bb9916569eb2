import { DescribeAccountCommand } from '@aws-sdk/client-organizations';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ServiceUnavailableError, ThrottledError } from '../../shared/errors.ts';
import { awsError } from '../../simulator/aws-error.ts';
import type { OrganisationEvent } from '../../simulator/events.ts';
import {
  bucketArn,
  type Fixture,
  fixture,
  log,
  management,
  member,
  policy,
  refusal,
  text,
} from './fixture.ts';

const workloads = 'ou-abcd-workloads';

let world: Fixture;
let events: OrganisationEvent[];

beforeEach(() => {
  world = fixture();
  events = [];
  world.organisation.onEvent((event) => events.push(event));
});

describe('events', () => {
  const timestamps = {
    requestedTimestamp: 'Mar 1, 2026 9:20:50 PM',
    completedTimestamp: 'Mar 1, 2026 9:20:50 PM',
  };

  const serviceEvent = (eventName: string, serviceEventDetails: object) => ({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    'detail-type': 'AWS Service Event via CloudTrail',
    source: 'aws.organizations',
    account: management,
    time: '2026-03-01T21:20:50Z',
    region: 'us-east-1',
    resources: [],
    detail: expect.objectContaining({
      eventName,
      eventSource: 'organizations.amazonaws.com',
      serviceEventDetails,
    }),
  });

  const apiCall = (eventName: string, requestParameters: object) => ({
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.organizations',
    region: 'us-east-1',
    detail: { eventName, requestParameters, responseElements: null },
  });

  test('an account that was created lies in the root', async () => {
    const id = world.organisation.createAccount({ id: '333344445555', name: 'workload-2' });
    expect(events).toEqual([
      serviceEvent('CreateAccountResult', {
        createAccountStatus: {
          id: expect.stringMatching(/^car-[0-9a-f]{32}$/),
          state: 'SUCCEEDED',
          accountName: '****',
          accountId: id,
          ...timestamps,
        },
      }),
    ]);
    expect(world.organisation.world.accounts.get(id)).toMatchObject({ state: 'ACTIVE', parentId: 'r-abcd' });
  });

  test('an account gets an id of its own', () => {
    const ids = ['a', 'b', 'c'].map((name) => world.organisation.createAccount({ name }));
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^\d{12}$/.test(id))).toBe(true);
    expect(() => world.organisation.createAccount({ id: member, name: 'again' })).toThrow('exists already');
  });

  test('a creation that failed has no account', () => {
    world.organisation.failToCreateAccount('workload-2', 'EMAIL_ALREADY_EXISTS');
    const details = events[0]?.detail.serviceEventDetails;
    expect(details).toMatchObject({
      createAccountStatus: { state: 'FAILED', failureReason: 'EMAIL_ALREADY_EXISTS' },
    });
    expect(details).not.toHaveProperty('createAccountStatus.accountId');
  });

  test('an account that was closed is suspended', () => {
    world.organisation.closeAccount(member);
    expect(events).toEqual([
      serviceEvent('CloseAccountResult', {
        closeAccountStatus: { accountId: member, state: 'SUCCEEDED', ...timestamps },
      }),
    ]);
    expect(world.organisation.world.accounts.get(member)?.state).toBe('SUSPENDED');
  });

  test('an account that was moved', () => {
    world.organisation.moveAccount(member, 'r-abcd');
    expect(events).toMatchObject([
      apiCall('MoveAccount', {
        accountId: member,
        sourceParentId: workloads,
        destinationParentId: 'r-abcd',
      }),
    ]);
    expect(world.organisation.world.accounts.get(member)?.parentId).toBe('r-abcd');
  });

  test('an account that was removed is gone from the organisation, and lives on', async () => {
    world.organisation.removeAccount(member);
    expect(events).toMatchObject([apiCall('RemoveAccountFromOrganization', { accountId: member })]);
    const call = world.hubClients.organizations.send(new DescribeAccountCommand({ AccountId: member }));
    expect(await refusal(call)).toMatchObject({ name: 'AccountNotFoundException' });
    expect(world.organisation.world.foreignAccounts).toContain(member);
  });

  test('tags that were put and taken away', () => {
    world.organisation.tagAccount(member, { stage: 'production', team: 'payments' });
    world.organisation.untagAccount(member, ['team']);
    expect(events).toMatchObject([
      apiCall('TagResource', {
        resourceId: member,
        tags: [
          { key: 'stage', value: 'production' },
          { key: 'team', value: 'payments' },
        ],
      }),
      apiCall('UntagResource', { resourceId: member, tagKeys: ['team'] }),
    ]);
    expect(world.organisation.world.accounts.get(member)?.tags).toEqual({ stage: 'production' });
  });

  test('an account that Control Tower has enrolled', () => {
    world.organisation.announceManagedAccount(member);
    expect(events).toMatchObject([
      {
        source: 'aws.controltower',
        detail: {
          eventName: 'CreateManagedAccount',
          serviceEventDetails: {
            createManagedAccountStatus: {
              organizationalUnit: { organizationalUnitName: 'Workloads', organizationalUnitId: workloads },
              account: { accountName: 'workload-1', accountId: member },
              state: 'SUCCEEDED',
            },
          },
        },
      },
    ]);
  });

  test('come in the order of the acts, until the listener leaves', () => {
    const names: unknown[] = [];
    const leave = world.organisation.onEvent(({ detail }) => names.push(detail.eventName));
    world.organisation.createAccount({ id: '333344445555', name: 'workload-2' });
    world.organisation.moveAccount('333344445555', workloads);
    leave();
    world.organisation.closeAccount('333344445555');
    expect(names).toEqual(['CreateAccountResult', 'MoveAccount']);
  });

  test('are not sent for acts that cannot be', () => {
    expect(() => world.organisation.moveAccount(member, 'ou-none')).toThrow('ou-none');
    expect(() => world.organisation.closeAccount('999999999999')).toThrow('999999999999');
    expect(events).toEqual([]);
  });

  test('are the same for the same seed', () => {
    const run = () => {
      const { organisation } = fixture();
      const seen: OrganisationEvent[] = [];
      organisation.onEvent((event) => seen.push(event));
      organisation.createAccount({ name: 'workload-2' });
      return seen;
    };
    expect(run()).toEqual(run());
  });
});

describe('around a call', () => {
  const Bucket = 'example-logs';
  const grant = { Effect: 'Allow', Principal: { AWS: member }, Action: 's3:*', Resource: bucketArn } as const;
  const put = () => world.clients(log).s3.send(new PutBucketPolicyCommand({ Bucket, Policy: text(grant) }));
  const stored = () => world.organisation.policyOf('bucket', Bucket);

  test('each attempt is logged, until the log is emptied', async () => {
    await put();
    const role = `arn:aws:iam::${log}:role/account-onboarding-spoke`;
    const inRegion = { region: 'us-east-1' };
    expect(world.organisation.calls).toEqual([
      { service: 'sts', operation: 'AssumeRole', accountId: '222233334444', target: role, ...inRegion },
      { service: 's3', operation: 'PutBucketPolicy', accountId: log, target: Bucket, ...inRegion },
    ]);
    world.organisation.resetCalls();
    expect(world.organisation.calls).toEqual([]);
  });

  test('a test can throttle, and stop throttling', async () => {
    const stop = world.organisation.intercept(async ({ service, operation }, proceed) => {
      if (operation === 'PutBucketPolicy') throw awsError('SlowDown', `${service} is busy`, 503);
      return proceed();
    });
    await expect(put()).rejects.toThrow(ThrottledError);
    expect(stored()).toBeUndefined();
    stop();
    await put();
    expect(stored()).toBeDefined();
  });

  test('a test can lose the answer after the effect', async () => {
    world.organisation.intercept(async ({ operation }, proceed) => {
      const output = await proceed();
      if (operation === 'PutBucketPolicy') throw awsError('InternalError', 'We encountered an error', 500);
      return output;
    });
    await expect(put()).rejects.toThrow(ServiceUnavailableError);
    expect(stored()).toBeDefined();
  });

  test('a test can answer late, by the clock of the world', async () => {
    world.organisation.intercept(async (_, proceed) => {
      await world.clock.sleep(30_000);
      return proceed();
    });
    const before = world.clock.now();
    await put();
    expect(world.clock.now() - before).toBe(60_000);
  });

  test('a test can be an outsider who writes first', async () => {
    const foreign = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:Delete*',
      Resource: `${bucketArn}/*`,
    });
    world.organisation.intercept(async ({ operation }, proceed) => {
      if (operation === 'GetBucketPolicy') world.organisation.editPolicy('bucket', Bucket, foreign);
      return proceed();
    });
    const { Policy } = await world.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy ?? '')).toEqual(foreign);
  });

  test('a test can leave a policy that nobody understands', async () => {
    world.organisation.editPolicy('bucket', Bucket, '{"Statement": "mine"}');
    const { Policy } = await world.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(Policy).toBe('{"Statement": "mine"}');
  });

  test('a test can serve a stale read', async () => {
    const old = JSON.stringify(policy());
    world.organisation.intercept(async ({ operation }, proceed) =>
      operation === 'GetBucketPolicy' ? { Policy: old } : proceed(),
    );
    await put();
    const { Policy } = await world.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(Policy).toBe(old);
  });

  test('the latest interceptor is outermost, and knows who calls', async () => {
    const seen: string[] = [];
    for (const name of ['inner', 'outer'])
      world.organisation.intercept(async ({ operation, caller }, proceed) => {
        if (operation === 'PutBucketPolicy') seen.push(`${name} ${caller.roleArn}`);
        return proceed();
      });
    await put();
    const role = `arn:aws:iam::${log}:role/account-onboarding-spoke`;
    expect(seen).toEqual([`outer ${role}`, `inner ${role}`]);
  });
});

test('what does not exist cannot be read or edited', () => {
  expect(() => world.organisation.policyOf('bucket', 'nothing')).toThrow('There is no bucket nothing');
  expect(() => world.organisation.editPolicy('key', 'nothing', undefined)).toThrow('There is no key nothing');
  expect(() => world.organisation.credentialsOf(log, 'nobody')).toThrow('There is no role nobody');
});
