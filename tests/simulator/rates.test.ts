import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  ListParentsCommand,
} from '@aws-sdk/client-organizations';
import { expect, test } from '@jest/globals';
import { ThrottledError } from '../../shared/platform/aws/errors.ts';
import { awsRates } from '../../simulator/aws-rates.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';
import { createRateLimits, createThrottlingError } from '../../simulator/rates.ts';
import { services } from '../../simulator/services/index.ts';
import { createSimulatorEnv, log, member, region, shared } from '../fixtures/simulator-env.ts';
import { createTestClock } from '../fixtures/test-clock.ts';

const call = (service: string, operation: string, accountId = log, inRegion = region) =>
  ({ service, operation, accountId, region: inRegion, input: {} }) as SimulatedCall;

/** How many of so many calls at once are answered. */
async function answered(
  { interceptor }: ReturnType<typeof createRateLimits>,
  calls: number,
  what: SimulatedCall,
): Promise<number> {
  const ended = await Promise.allSettled(
    Array.from({ length: calls }, () => interceptor(what, async () => ({}))),
  );
  return ended.filter(({ status }) => status === 'fulfilled').length;
}

test("allows a burst while the rate limit's bucket is full, and then the calls that time refills", async () => {
  const clock = createTestClock();
  const limits = createRateLimits({ clock });
  const parents = call('organizations', 'ListParents');

  expect(await answered(limits, 20, parents)).toBe(8);
  expect(await answered(limits, 20, parents)).toBe(0);
  clock.advance(1_000);
  expect(await answered(limits, 20, parents)).toBe(5);
  clock.advance(100_000);
  expect(await answered(limits, 20, parents)).toBe(8);
  expect(limits.counts().get('organizations:ListParents')).toEqual({ calls: 80, refused: 59 });
});

test('limits operations that share a rate together, and no other operation', async () => {
  const limits = createRateLimits({ clock: createTestClock() });
  expect(await answered(limits, 30, call('secretsmanager', 'PutResourcePolicy'))).toBe(30);
  expect(await answered(limits, 30, call('secretsmanager', 'GetResourcePolicy'))).toBe(20);
  expect(await answered(limits, 30, call('secretsmanager', 'DescribeSecret'))).toBe(30);
});

test('counts rates by account and region, and without regions for IAM', async () => {
  const limits = createRateLimits({ clock: createTestClock() });
  expect(await answered(limits, 20, call('kms', 'PutKeyPolicy'))).toBe(15);
  expect(await answered(limits, 20, call('kms', 'PutKeyPolicy', shared))).toBe(15);
  expect(await answered(limits, 20, call('kms', 'PutKeyPolicy', log, 'eu-west-1'))).toBe(15);
  expect(await answered(limits, 9, call('iam', 'CreatePolicyVersion'))).toBe(5);
  expect(await answered(limits, 9, call('iam', 'CreatePolicyVersion', log, 'eu-west-1'))).toBe(0);
});

test('limits calls of all accounts of the organization together', async () => {
  const limits = createRateLimits({ clock: createTestClock() });
  expect(await answered(limits, 20, call('organizations', 'ListParents', log))).toBe(8);
  expect(await answered(limits, 20, call('organizations', 'ListParents', shared))).toBe(2);
});

test('uses no token of another bucket when one bucket refuses the call', async () => {
  const clock = createTestClock();
  const limits = createRateLimits({ clock });
  await answered(limits, 1_000, call('organizations', 'ListParents', log));
  expect(await answered(limits, 20, call('organizations', 'ListParents', shared))).toBe(2);
});

test('throttles no service without a rate', async () => {
  const limits = createRateLimits({ clock: createTestClock(), rates: [] });
  expect(await answered(limits, 10_000, call('iam', 'CreatePolicyVersion'))).toBe(10_000);
});

test.each([
  ['kms', 'ThrottlingException', 400],
  ['organizations', 'TooManyRequestsException', 400],
  ['iam', 'Throttling', 400],
  ['s3', 'SlowDown', 503],
  ['ec2', 'RequestLimitExceeded', 503],
] as const)('throttles calls of %s with %s', (service, name, httpStatusCode) => {
  expect(createThrottlingError({ service })).toMatchObject({ name, $metadata: { httpStatusCode } });
});

test('reports throttling to production code as ThrottledError at once', async () => {
  const { organization, clock, hubClients } = createSimulatorEnv();
  organization.intercept(createRateLimits({ clock }).interceptor);
  const { organizations } = hubClients;
  await organizations.send(new DescribeAccountCommand({ AccountId: member }));
  const ask = (): Promise<unknown> => organizations.send(new ListParentsCommand({ ChildId: member }));
  for (let asked = 1; asked <= 8; asked += 1) await ask();
  await expect(ask()).rejects.toThrow(ThrottledError);
  await expect(
    organizations.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-abcd-workloads' })),
  ).resolves.toBeDefined();
});

test('defines rates only for services and operations that the simulator has', () => {
  for (const { service, operations = [] } of awsRates) {
    expect(Object.keys(services)).toContain(service);
    const unknown = operations.filter((operation) => services[service]?.[operation] === undefined);
    // Organizations' page names them together with one that is used.
    expect([service, unknown]).toEqual([
      service,
      unknown.filter((name) => /^(ListChildren|ValidateResourcePolicy)$/.test(name)),
    ]);
  }
});
