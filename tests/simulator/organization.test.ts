import { DescribeAccountCommand } from '@aws-sdk/client-organizations';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ServiceUnavailableError, ThrottledError } from '../../shared/platform/aws/errors.ts';
import { createAwsError } from '../../simulator/aws-error.ts';
import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import {
  bucketArn,
  createSimulatorEnv,
  log,
  management,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  text,
} from '../fixtures/simulator-env.ts';

const workloads = 'ou-abcd-workloads';

let env: SimulatorEnv;
let events: OrganizationEvent[];

beforeEach(() => {
  env = createSimulatorEnv();
  events = [];
  env.organization.onEvent((event) => events.push(event));
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

  test('creates an account in the root', async () => {
    const id = env.organization.createAccount({ id: '333344445555', name: 'workload-2' });
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
    expect(env.organization.world.accounts.get(id)).toMatchObject({ state: 'ACTIVE', parentId: 'r-abcd' });
  });

  test('gives each new account a unique id', () => {
    const ids = ['a', 'b', 'c'].map((name) => env.organization.createAccount({ name }));
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^\d{12}$/.test(id))).toBe(true);
    expect(() => env.organization.createAccount({ id: member, name: 'again' })).toThrow('exists already');
  });

  test('sends an event without an account when a creation fails', () => {
    env.organization.failToCreateAccount('workload-2', 'EMAIL_ALREADY_EXISTS');
    const details = events[0]?.detail.serviceEventDetails;
    expect(details).toMatchObject({
      createAccountStatus: { state: 'FAILED', failureReason: 'EMAIL_ALREADY_EXISTS' },
    });
    expect(details).not.toHaveProperty('createAccountStatus.accountId');
  });

  test('suspends an account that was closed', () => {
    env.organization.closeAccount(member);
    expect(events).toEqual([
      serviceEvent('CloseAccountResult', {
        closeAccountStatus: { accountId: member, state: 'SUCCEEDED', ...timestamps },
      }),
    ]);
    expect(env.organization.world.accounts.get(member)?.state).toBe('SUSPENDED');
  });

  test('sends an event when an account moves', () => {
    env.organization.moveAccount(member, 'r-abcd');
    expect(events).toMatchObject([
      apiCall('MoveAccount', {
        accountId: member,
        sourceParentId: workloads,
        destinationParentId: 'r-abcd',
      }),
    ]);
    expect(env.organization.world.accounts.get(member)?.parentId).toBe('r-abcd');
  });

  test('removes an account from the organization and keeps the account', async () => {
    env.organization.removeAccount(member);
    expect(events).toMatchObject([apiCall('RemoveAccountFromOrganization', { accountId: member })]);
    const call = env.hubClients.organizations.send(new DescribeAccountCommand({ AccountId: member }));
    expect(await refusal(call)).toMatchObject({ name: 'AccountNotFoundException' });
    expect(env.organization.world.foreignAccounts).toContain(member);
  });

  test('sends events when an account is tagged and untagged', () => {
    env.organization.tagAccount(member, { stage: 'production', team: 'payments' });
    env.organization.untagAccount(member, ['team']);
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
    expect(env.organization.world.accounts.get(member)?.tags).toEqual({ stage: 'production' });
  });

  test('sends an event when Control Tower has enrolled an account', () => {
    env.organization.announceManagedAccount(member);
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

  test('sends events in order until the listener unsubscribes', () => {
    const names: unknown[] = [];
    const leave = env.organization.onEvent(({ detail }) => names.push(detail.eventName));
    env.organization.createAccount({ id: '333344445555', name: 'workload-2' });
    env.organization.moveAccount('333344445555', workloads);
    leave();
    env.organization.closeAccount('333344445555');
    expect(names).toEqual(['CreateAccountResult', 'MoveAccount']);
  });

  test('sends no event when a change is impossible', () => {
    expect(() => env.organization.moveAccount(member, 'ou-none')).toThrow('ou-none');
    expect(() => env.organization.closeAccount('999999999999')).toThrow('999999999999');
    expect(events).toEqual([]);
  });

  test('sends the same events when the seed is the same', () => {
    const run = () => {
      const { organization } = createSimulatorEnv();
      const seen: OrganizationEvent[] = [];
      organization.onEvent((event) => seen.push(event));
      organization.createAccount({ name: 'workload-2' });
      return seen;
    };
    expect(run()).toEqual(run());
  });
});

describe('around a call', () => {
  const Bucket = 'example-logs';
  const grant = { Effect: 'Allow', Principal: { AWS: member }, Action: 's3:*', Resource: bucketArn } as const;
  const put = () => env.clients(log).s3.send(new PutBucketPolicyCommand({ Bucket, Policy: text(grant) }));
  const stored = () => env.organization.policyOf('bucket', Bucket);

  test('logs each attempted call until the log is cleared', async () => {
    await put();
    const role = `arn:aws:iam::${log}:role/account-onboarding-spoke`;
    const inRegion = { region: 'us-east-1' };
    expect(env.organization.calls).toEqual([
      { service: 'sts', operation: 'AssumeRole', accountId: '222233334444', target: role, ...inRegion },
      { service: 's3', operation: 'PutBucketPolicy', accountId: log, target: Bucket, ...inRegion },
    ]);
    env.organization.resetCalls();
    expect(env.organization.calls).toEqual([]);
  });

  test('lets a test throttle a call and end the throttling', async () => {
    const stop = env.organization.intercept(async ({ service, operation }, proceed) => {
      if (operation === 'PutBucketPolicy') throw createAwsError('SlowDown', `${service} is busy`, 503);
      return proceed();
    });
    await expect(put()).rejects.toThrow(ThrottledError);
    expect(stored()).toBeUndefined();
    stop();
    await put();
    expect(stored()).toBeDefined();
  });

  test('lets a test lose an answer after the call took effect', async () => {
    env.organization.intercept(async ({ operation }, proceed) => {
      const output = await proceed();
      if (operation === 'PutBucketPolicy')
        throw createAwsError('InternalError', 'We encountered an error', 500);
      return output;
    });
    await expect(put()).rejects.toThrow(ServiceUnavailableError);
    expect(stored()).toBeDefined();
  });

  test('lets a test delay an answer by the simulated clock', async () => {
    env.organization.intercept(async (_, proceed) => {
      await env.clock.sleep(30_000);
      return proceed();
    });
    const before = env.clock.now();
    await put();
    expect(env.clock.now() - before).toBe(60_000);
  });

  test('lets a test change a policy before a call takes effect', async () => {
    const foreign = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:Delete*',
      Resource: `${bucketArn}/*`,
    });
    env.organization.intercept(async ({ operation }, proceed) => {
      if (operation === 'GetBucketPolicy') env.organization.editPolicy('bucket', Bucket, foreign);
      return proceed();
    });
    const { Policy } = await env.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy ?? '')).toEqual(foreign);
  });

  test('lets a test make a policy invalid', async () => {
    env.organization.editPolicy('bucket', Bucket, '{"Statement": "mine"}');
    const { Policy } = await env.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(Policy).toBe('{"Statement": "mine"}');
  });

  test('lets a test return a stale read', async () => {
    const old = JSON.stringify(policy());
    env.organization.intercept(async ({ operation }, proceed) =>
      operation === 'GetBucketPolicy' ? { Policy: old } : proceed(),
    );
    await put();
    const { Policy } = await env.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(Policy).toBe(old);
  });

  test('calls the latest interceptor first, and passes the caller to it', async () => {
    const seen: string[] = [];
    for (const name of ['inner', 'outer'])
      env.organization.intercept(async ({ operation, caller }, proceed) => {
        if (operation === 'PutBucketPolicy') seen.push(`${name} ${caller.roleArn}`);
        return proceed();
      });
    await put();
    const role = `arn:aws:iam::${log}:role/account-onboarding-spoke`;
    expect(seen).toEqual([`outer ${role}`, `inner ${role}`]);
  });
});

test('rejects reads and edits of resources that do not exist', () => {
  expect(() => env.organization.policyOf('bucket', 'nothing')).toThrow('There is no bucket nothing');
  expect(() => env.organization.editPolicy('key', 'nothing', undefined)).toThrow('There is no key nothing');
  expect(() => env.organization.credentialsOf(log, 'nobody')).toThrow('There is no role nobody');
});
