import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { requestTimeout } from '../../shared/platform/aws/request-handler.ts';
import { clockSkew } from '../../shared/platform/clock.ts';
import { leaseDuration, sendWindow } from '../../shared/reconcile/lease.ts';
import { deployedMachines } from '../../simulator/deployed-machines.ts';
import { findFunction, functions as simulated } from '../../simulator/functions.ts';
import {
  type Deployment,
  deployment,
  functionToken,
  resourcesOf,
  root,
} from '../fixtures/deployment/deployment.ts';
import { tasksOf } from '../fixtures/deployment/state-machines.ts';
import { loadedBy } from '../fixtures/source/imports.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

const files = readdirSync(`${root}functions`).map((file) => file.replace(/\.ts$/, ''));
const isUpdate = (name: string): boolean => name.startsWith('update-');
const steps = files.filter((name) => !isUpdate(name));

/** As in examples/onboarding.yml. The last one has no entry file. */
const updates = ['log', 'security', 'shared', 'configuration'].map((name) => `update-${name}-account`);

test('declares the same functions in the folder, serverless.yml and the simulator', () => {
  expect(Object.keys(deployed.functions).sort()).toEqual([...steps, ...updates].sort());
  expect(Object.keys(simulated).sort()).toEqual(steps.map(functionToken).sort());
  expect(updates.map((name) => typeof findFunction(name))).toEqual(updates.map(() => 'function'));
});

test('calls every function from a state machine or from the rule on failed executions', () => {
  const tokens = deployedMachines.flatMap(tasksOf).flatMap(({ token }) => token ?? []);
  expect([...new Set(tokens), 'RecordFailedExecutionFunctionArn'].sort()).toEqual(
    steps.map(functionToken).sort(),
  );
  expect(
    JSON.parse(String(deployed.functions['plan-changes']?.environment?.ONBOARDING_UPDATE_FUNCTIONS)),
  ).toEqual(
    Object.fromEntries(updates.map((name) => [name.split('-')[1], `account-onboarding-example-${name}`])),
  );
});

describe.each([...steps, ...updates])('%s', (name) => {
  const declared = () => deployed.functions[name];

  test("uses the handler of the function's own file", () => {
    const file = files.includes(name) ? name : 'update-central-account';
    expect(declared()?.handler).toBe(`functions/${file}.handler`);
  });

  test('gives the function its own role, which only Lambda may assume', () => {
    const role = deployed.resources[declared()?.role ?? ''];
    expect(role?.Properties).toMatchObject({
      RoleName: declared()?.name,
      AssumeRolePolicyDocument: {
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
    });
    const sharers = Object.values(deployed.functions).filter(({ role: other }) => other === declared()?.role);
    expect(sharers).toHaveLength(1);
  });

  test('keeps the names of function and role within their limits for the longest installation id', () => {
    // 64 characters each (Lambda, CreateFunction; IAM quotas); a installation id has up to 16.
    expect(declared()?.name).toBe(`account-onboarding-example-${name}`);
    expect(`account-onboarding-${'x'.repeat(16)}-${name}`.length).toBeLessThanOrEqual(64);
  });
});

test('deletes logs after a retention period', () => {
  expect(deployed.provider.logRetentionInDays).toBeGreaterThanOrEqual(90);
  expect(Object.values(deployed.functions).filter((declared) => 'disableLogs' in declared)).toEqual([]);
  for (const [, { Properties }] of resourcesOf(deployed, 'AWS::Logs::LogGroup'))
    expect(Properties.RetentionInDays).toBe(deployed.provider.logRetentionInDays);
});

test("passes the table's name to every function", () => {
  expect(deployed.provider.environment.ONBOARDING_TABLE).toEqual({ Ref: 'Table' });
});

/** The argument that none writes late: shared/reconcile/lease.ts, and DESIGN's "Why a holder cannot write late". */
describe('a function that holds leases', () => {
  const writers = files.filter((name) =>
    loadedBy([`functions/${name}.ts`]).has('shared/reconcile/reconcile.ts'),
  );
  const holders = updates;

  test('finds at least one function that holds leases', () =>
    expect(writers).toContain('update-central-account'));

  test.each(holders)('ends %s before its lease forbids it to send another write', (name) => {
    expect((deployed.functions[name]?.timeout ?? Infinity) * 1_000).toBeLessThanOrEqual(sendWindow);
  });

  test.each(holders)(
    'ends the last request of %s, clock differences included, before its lease expires',
    (name) => {
      const timeout = (deployed.functions[name]?.timeout ?? Infinity) * 1_000;
      expect(leaseDuration).toBeGreaterThanOrEqual(timeout + requestTimeout + clockSkew);
    },
  );
});
