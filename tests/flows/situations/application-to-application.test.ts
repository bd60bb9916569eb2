import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, expect, it } from '@jest/globals';
import { assumeRoleAsService, launchInstance } from '../../../simulator/service-principals.ts';
import {
  addStranger,
  assume,
  clientOf,
  deploySituation,
  onboardInto,
  refused,
  roleArn,
} from '../../fixtures/situation.ts';
import { onboard, type TestEnv } from '../../fixtures/test-env.ts';

const payments = '444444444444';
const orders = '555566667777';
const otherOrders = '555566667778';
const shipping = '666677778888';
const writer = roleArn(payments, 'api/PaymentsWriter');
const externalId = { ExternalId: 'orders-7c31' };

let env: TestEnv;

beforeEach(async () => {
  env = await deploySituation('application-to-application');
  await onboardInto(env, shipping, 'Workloads/Shipping');
  await onboardInto(env, orders, 'Workloads/Orders');
});

/** A function of the account, which runs as the role. */
const runFunction = (accountId = orders, service = 'lambda.amazonaws.com') =>
  assumeRoleAsService(env.organization.world, { service, roleArn: roleArn(accountId, 'app/Orders') });

const startWorker = (accountId = orders) =>
  launchInstance(env.organization.world, { accountId, instanceProfile: 'OrdersWorker' });

it('reports the account as ready when the StackSets have deployed its roles', async () => {
  const { run } = await onboardInto(env, otherOrders, 'Workloads/Orders');
  expect(run.readiness).toEqual({ ready: true, counts: { verified: 3 }, reasons: [] });
});

it.each([
  ['a function', runFunction],
  ['an instance', startWorker],
])('lets %s assume the role of the central account when the account is onboarded', async (_, start) => {
  const session = await assume(env, start(), writer);
  const { Arn } = await clientOf(env, STSClient, session).send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:sts::${payments}:assumed-role/PaymentsWriter/session`);
});

it("refuses another role of the account that requests the central account's role", async () => {
  await expect(assume(env, addStranger(env, orders, 'Other', '/app/'), writer)).rejects.toEqual(refused);
});

it('refuses a role of the same name when its account is outside the OU', async () => {
  const outsider = addStranger(env, shipping, 'Orders', '/app/');
  await expect(assume(env, outsider, writer)).rejects.toEqual(refused);
});

it("refuses another service that assumes the function's role", () => {
  expect(() => runFunction(orders, 'ec2.amazonaws.com')).toThrow(refused);
});

it("lets the central account assume the member account's role when a grant names it", async () => {
  const billing = env.organization.credentialsOf(payments, 'Billing');
  await expect(assume(env, billing, roleArn(orders, 'app/OrderTotals'))).resolves.toBeDefined();

  const other = addStranger(env, payments, 'Other', '/app/');
  await expect(assume(env, other, roleArn(orders, 'app/OrderTotals'))).rejects.toEqual(refused);
  await expect(assume(env, billing, roleArn(shipping, 'app/Shipments'))).rejects.toEqual(refused);
});

it('lets a member account read in another member account when it sends the external id', async () => {
  const bucket = { accountId: shipping, region: 'eu-west-1', name: 'example-shipments' };
  env.organization.addBucket(bucket);
  env.organization.world.buckets.get(bucket.name)?.objects.set('today.json', '[]');
  const session = await assume(env, runFunction(), roleArn(shipping, 'app/Shipments'), externalId);
  const s3 = clientOf(env, S3Client, session);
  const Bucket = bucket.name;

  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'today.json' }));
  expect(await Body?.transformToString()).toBe('[]');
  await expect(s3.send(new PutObjectCommand({ Bucket, Key: 'today.json', Body: '{}' }))).rejects.toEqual(
    refused,
  );
  await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toEqual(refused);
});

it('refuses a member account when its external id is missing or wrong', async () => {
  const shipments = roleArn(shipping, 'app/Shipments');
  await onboardInto(env, otherOrders, 'Workloads/Orders');

  await expect(assume(env, runFunction(), shipments)).rejects.toEqual(refused);
  await expect(assume(env, runFunction(otherOrders), shipments, externalId)).rejects.toEqual(refused);
});

/** What goes, and how many of the three accesses of orders AWS then denies. */
it.each<readonly [string, number, () => void]>([
  ['the called role trusts another role', 1, () => setTrust(orders, 'app/OrderTotals', billing('app/Other'))],
  ['the called role asks for another external id', 1, () => setTrust(orders, 'app/OrderTotals', asking)],
  ['the function trusts another service', 1, () => setTrust(orders, 'app/Orders', ofService('states'))],
  ['the worker loses its policy', 1, () => getRole(orders, 'app/OrdersWorker').inlinePolicies.clear()],
  ['the instance profile is deleted', 1, () => env.organization.world.instanceProfiles.clear()],
])('denies exactly the affected access when %s', async (_, denied, remove) => {
  remove();
  const { run } = await onboard(env, { accountId: orders });
  expect(run.readiness).toMatchObject({ ready: false, counts: { verified: 3 - denied, denied } });
});

function getRole(accountId: string, name: string) {
  const role = env.organization.world.roles.get(roleArn(accountId, name));
  if (role === undefined) throw new Error(`There is no role ${name}`);
  return role;
}

function setTrust(accountId: string, name: string, statement: object): void {
  getRole(accountId, name).trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }],
  });
}

const ofService = (name: string) => ({ Principal: { Service: `${name}.amazonaws.com` } });
const billing = (role: string) => ({
  Principal: { AWS: `arn:aws:iam::${payments}:root` },
  Condition: { ArnLike: { 'aws:PrincipalArn': roleArn(payments, role) } },
});
const asking = {
  Principal: { AWS: `arn:aws:iam::${payments}:root` },
  Condition: { StringEquals: { 'sts:ExternalId': 'other' } },
};
