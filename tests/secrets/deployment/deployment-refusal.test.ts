import { expect, test } from '@jest/globals';
import { AccessDeniedError, ThrottledError } from '../../../shared/platform/aws/errors.ts';
import { toDeploymentRefusal } from '../../../shared/secrets/deployment/deployment-refusal.ts';
import { createAwsError } from '../../../simulator/aws-error.ts';

const delivery = {
  source: 'appconfig:444444444444:eu-west-1:app:profile',
  id: 'app/env/profile/3',
  version: '3',
  accountId: '444444444444',
  region: 'eu-west-1',
  target: { application: 'app', environment: 'env', profile: 'profile', strategy: 'AppConfig.AllAtOnce' },
  status: 'claimed' as const,
  runId: 'run-1',
  ownedUntil: 0,
  requestedAt: '2026-03-02T10:00:00.000Z',
  updatedAt: '2026-03-02T10:00:00.000Z',
  startAttempts: 1,
  retriedStarts: 0,
  startOutcomeUnknown: true,
  revision: 1,
};

const thrown = (name: string, message: string, more: object = {}): Error =>
  Object.assign(createAwsError(name, message), more);

test.each([
  [
    'a quota',
    thrown('ServiceQuotaExceededException', 'Too many deployments'),
    /higher quota \(Service Quotas/,
  ],
  [
    'its size',
    thrown('PayloadTooLargeException', 'Too large', { Size: 2100, Limit: 2048, Measure: 'KILOBYTES' }),
    /larger than AppConfig allows: 2100 of 2048 KILOBYTES\. Make it smaller/,
  ],
  [
    'its size alone',
    thrown('PayloadTooLargeException', 'Too large'),
    /larger than AppConfig allows\. Make it smaller/,
  ],
])(
  'gives no advice on validators when AppConfig rejects a deployment because of %s',
  (_, error, expected) => {
    const refusal = toDeploymentRefusal(delivery, error);

    expect(refusal).toMatchObject({
      name: 'DeploymentRefusedError',
      message: expect.stringMatching(expected),
    });
    expect(refusal?.message).not.toContain('validators');
  },
);

test('suggests a comparison with the validators when AppConfig calls the content invalid', () => {
  const error = thrown('BadRequestException', 'not valid', { Reason: 'InvalidConfiguration' });

  expect(toDeploymentRefusal(delivery, error)?.message).toMatch(/validators rejected the content\. Compare/);
});

test.each([
  ['a hosted configuration', delivery.source, /has version 3, its validators/, /retrieval role/],
  [
    'a secret',
    'arn:aws:secretsmanager:eu-west-1:444444444444:secret:db-AbCdEf',
    /its retrieval role and its validators/,
    /has version/,
  ],
])('states possible mistakes in %s when AppConfig names no cause', (_, source, expected, other) => {
  const message = toDeploymentRefusal({ ...delivery, source }, thrown('BadRequestException', 'no'))?.message;

  expect(message).toMatch(expected);
  expect(message).not.toMatch(other);
});

test("keeps AppConfig's text about a secret out of the error", () => {
  const secret = { ...delivery, source: 'arn:aws:secretsmanager:eu-west-1:444444444444:secret:db-AbCdEf' };
  const error = thrown('BadRequestException', 'hunter2 is not valid', { Reason: 'InvalidConfiguration' });

  expect(toDeploymentRefusal(secret, error)?.message).not.toContain('hunter2');
});

test('keeps an error that has its own advice, and adds none to an error that can be retried', () => {
  const denied = new AccessDeniedError('denied');

  expect(toDeploymentRefusal(delivery, denied)).toBe(denied);
  expect(toDeploymentRefusal(delivery, new ThrottledError('slow'))).toBeUndefined();
  expect(toDeploymentRefusal(delivery, 'text')).toBeUndefined();
});
