import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { eventJsonSchema, eventSchemaFile } from '../../scripts/json-schema.ts';
import { findContractViolations } from '../../simulator/event-contract.ts';

const published = JSON.parse(readFileSync(eventSchemaFile, 'utf8'));
const accepts = new Ajv({ validateFormats: false }).compile(published);

const times = { startedAt: '2026-03-01T10:00:00.000Z', finishedAt: '2026-03-01T10:00:12.000Z' };
const reach = { accounts: 1, resources: 14 };
const onboarded = {
  runId: 'run-1',
  status: 'succeeded',
  accountIds: ['111122223333'],
  cause: 'created',
  reason: '14 of 14 resources written',
  ready: 'unproven',
  accesses: { verified: 12, 'central-only': 2 },
  notVerified: ['the role Reader is no member role'],
  accessChanges: { granted: reach, revoked: { accounts: 0, resources: 0 }, inGrace: reach },
  ...times,
};
const { ready: _, accesses, notVerified, accessChanges, accountIds, ...withoutAccounts } = onboarded;

/** An event as a target of EventBridge gets it. */
const delivered = (detailType: string, detail: object, source = 'account-onboarding') => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  source,
  'detail-type': detailType,
  account: '111111111111',
  time: '2026-03-01T10:00:12Z',
  region: 'us-east-1',
  resources: [],
  detail,
});

const sent = (detailType: string, detail: object, source = 'account-onboarding') => ({
  Source: source,
  DetailType: detailType,
  Detail: JSON.stringify(detail),
});

test('publishes the schemas of the code in schema/events.schema.json (else: node scripts/json-schema.ts)', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(eventJsonSchema())));
});

test.each([
  ['Account Onboarded', onboarded, 'account-onboarding'],
  ['Account Offboarded', { ...onboarded, ready: undefined }, 'account-onboarding'],
  ['Organization Sweep Failed', { ...failed(withoutAccounts), accountIds: [] }, 'account-onboarding'],
  [
    'Secret Rotated',
    { secretId: 'arn:aws:secretsmanager:us-east-1:333333333333:secret:shop-AbCdEf', versionId: 'v' },
    'account-onboarding.rotation',
  ],
])('accepts the event %s when it is as documented', (detailType, detail, source) => {
  expect(accepts(delivered(detailType, JSON.parse(JSON.stringify(detail)), source))).toBe(true);
  expect(findContractViolations(sent(detailType, detail, source))).toEqual([]);
});

function failed(detail: object): object {
  return { ...detail, status: 'failed', unresolved: ['The security account: AccessDeniedError'] };
}

test.each([
  ['Account Onboarded', { ...onboarded, runId: undefined }, 'runId'],
  ['Account Onboarded', { ...onboarded, accountIds: [] }, 'accountIds'],
  ['Account Onboarded', { ...onboarded, accountIds: ['1'] }, 'accountIds[0]'],
  ['Account Onboarded', { ...onboarded, status: 'failed' }, 'status'],
  ['Account Onboarded', { ...onboarded, ready: 'yes' }, 'ready'],
  ['Account Onboarded', { ...onboarded, accesses: { proven: 1 } }, 'accesses'],
  ['Account Onboarding Failed', { ...onboarded, status: 'failed' }, 'unresolved'],
  ['Organization Swept', { ...withoutAccounts, accountIds: [] }, 'counts'],
  ['Configuration Deployed', { ...withoutAccounts, accountIds: 'all' }, 'accountIds'],
  ['Account Onbaorded', onboarded, 'no event "Account Onbaorded"'],
])('refuses the event %s when it breaks the contract: %j', (detailType, detail, text) => {
  expect(accepts(delivered(detailType, JSON.parse(JSON.stringify(detail))))).toBe(false);
  expect(findContractViolations(sent(detailType, detail))).toEqual([expect.stringContaining(text)]);
});

test('lets readers accept a field of a later version, which the project sends only after a change of the contract', () => {
  const later = { ...onboarded, accountNames: ['orders'] };

  expect(accepts(delivered('Account Onboarded', later))).toBe(true);
  expect(findContractViolations(sent('Account Onboarded', later))).toEqual([
    '"Account Onboarded": accountNames Unrecognized key: "accountNames"',
  ]);
});

test('judges no event when it is of another source', () => {
  expect(findContractViolations(sent('Order Placed', { orderId: 1 }, 'shop'))).toEqual([]);
});
