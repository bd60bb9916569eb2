import { expect, test } from '@jest/globals';
import {
  createConsoleLink,
  formatApprovalMessage,
  formatApprovalSubject,
} from '../../../shared/runs/approval/approval-message.ts';

const execution = (partition: string, region: string) =>
  `arn:${partition}:states:${region}:111122223333:execution:account-onboarding-prod:run-1`;

const request = (count: number, difference: string) => ({
  runId: 'run-1',
  execution: execution('aws', 'us-east-1'),
  accounts: Array.from({ length: count }, (_, index) => ({
    id: String(500_000_000_000 + index),
    position: { name: 'ä'.repeat(50), parentIds: [], ouPath: 'Workloads', tags: {} },
    approvedAs: null,
  })),
  planHash: 'a'.repeat(64),
  difference,
  requestedAt: '2026-03-02T09:00:00.000Z',
  until: '2026-03-03T09:00:00.000Z',
});

test.each([
  ['aws', 'us-east-1', 'console.aws.amazon.com'],
  ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
])('links to the console of the partition %s', (partition, region, host) => {
  const arn = execution(partition, region);

  expect(createConsoleLink(arn)).toBe(
    `https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`,
  );
});

test("keeps a message within SNS's limit, and states where it was cut", () => {
  const message = formatApprovalMessage(request(1_000, '  + 支払い 111122223333\n'.repeat(20_000)));

  // "Publish", SNS API reference: 256 KiB; a subject has 100 characters.
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(262_144);
  expect(message).toMatch(
    /\n {2}\+ 支払い 111122223333\n… \d+ more lines, none of which is marked as widening access: the command shows them$/,
  );
  expect(message).toContain('… and 900 more');
  expect(formatApprovalSubject(request(1_000, '')).length).toBe(100);
});

test('keeps widening lines when a message is too long, wherever they are', () => {
  const difference = `${'  + Principal.AWS 111122223333\n'.repeat(20_000)}  ! widens: + Resource *`;

  const message = formatApprovalMessage(request(1, difference));

  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(262_144);
  expect(message).toContain('! widens: + Resource *');
});

test('says in the request when an account gains nothing', () => {
  expect(formatApprovalMessage(request(1, ''))).toMatch(
    /^An account waits for approval:\n {2}ä+ \(500000000000\) in/,
  );
  expect(formatApprovalMessage(request(1, ''))).toMatch(/no policy that lists accounts$/);
});
