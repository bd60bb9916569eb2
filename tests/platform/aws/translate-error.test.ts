import { describe, expect, test } from '@jest/globals';
import { ThrottledError } from '../../../shared/platform/aws/errors.ts';
import { translateError } from '../../../shared/platform/aws/translate-error.ts';
import { OnboardingError } from '../../../shared/platform/errors.ts';
import { createAwsError } from '../../../simulator/aws-error.ts';

const attempt = {
  service: 's3',
  operation: 'PutBucketPolicy',
  on: 'example-logs (account 222222222222, eu-west-1)',
  via: 'role spoke',
};

const translated = (name: string, message = 'because', status = 400) =>
  translateError(createAwsError(name, message, status), attempt);

test.each([
  ['AccessDenied', 'AccessDeniedError'],
  ['AccessDeniedException', 'AccessDeniedError'],
  ['NoSuchBucket', 'ResourceMissingError'],
  ['InvalidParameterException', 'RequestRefusedError'],
  ['ValidationException', 'RequestRefusedError'],
  ['OperationAborted', 'ConcurrentUpdateError'],
  ['ThrottlingException', 'ThrottledError'],
  ['Throttling', 'ThrottledError'],
  ['SlowDown', 'ThrottledError'],
  ['TooManyRequestsException', 'ThrottledError'],
  ['RequestLimitExceeded', 'ThrottledError'],
  ['TimeoutError', 'ServiceUnavailableError'],
  ['RequestTimeout', 'ServiceUnavailableError'],
])('translates the error %s to %s', (name, expected) => {
  const error = translated(name);

  expect(error).toBeInstanceOf(OnboardingError);
  expect(error).toMatchObject({
    name: expected,
    message: expect.stringContaining('s3:PutBucketPolicy on example-logs'),
    fields: { awsError: name },
    cause: { name },
  });
});

test.each([500, 502, 503, 504])(
  'translates status %i to a server error, after which a write may have taken effect',
  (status) => {
    expect(translated('Whatever', 'broken', status)).toMatchObject({ name: 'ServiceUnavailableError' });
  },
);

test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])(
  'translates the network error %s to an unavailable service',
  (code) => {
    const error = Object.assign(new Error('socket'), { code });

    expect(translateError(error, attempt)).toMatchObject({ name: 'ServiceUnavailableError', cause: error });
  },
);

test('names the principal, the action and the resource when AWS denies a call', () => {
  expect(translated('AccessDenied', 'User: x is not authorized')).toMatchObject({
    message:
      's3:PutBucketPolicy on example-logs (account 222222222222, eu-west-1) was denied to role spoke: User: x is not ' +
      'authorized. Check the role, its trust policy and its permissions',
  });
});

const user =
  'User: arn:aws:sts::222222222222:assumed-role/spoke/run is not authorized to perform: s3:PutBucketPolicy';

test.each([
  [
    'because no VPC endpoint policy allows the s3:PutBucketPolicy action',
    /VPC endpoint .*The role itself is not the cause/,
  ],
  ['with an explicit deny in a VPC endpoint policy', /VPC endpoint .*The role itself is not the cause/],
  ['with an explicit deny in a resource control policy', /resource control policy .*exempt the role there/],
  [
    'because no resource control policy allows the s3:PutBucketPolicy action',
    /resource control policy .*exempt/,
  ],
  [
    'with an explicit deny in a service control policy',
    /service control policy forbids it: exempt the role there/,
  ],
  [
    'because no service control policy allows the s3:PutBucketPolicy action',
    /service control policy forbids it/,
  ],
  [
    'because no permissions boundary allows the s3:PutBucketPolicy action',
    /add the action to the boundary policy/,
  ],
  ['with an explicit deny in a permissions boundary', /add the action to the boundary policy/],
  ['because no session policy allows the s3:PutBucketPolicy action', /use credentials without one/],
  ['with an explicit deny in a session policy', /use credentials without one/],
  ['with an explicit deny in a resource-based policy', /exempt the role in that statement/],
  [
    'because no resource-based policy allows the s3:PutBucketPolicy action',
    /add a statement for the role there/,
  ],
  ['because no identity-based policy allows the s3:PutBucketPolicy action', /onboarding spoke-template$/],
  ['with an explicit deny in an identity-based policy', /A statement in a policy of the role denies it/],
  [
    'because no role trust policy allows the sts:AssumeRole action',
    /trust policy .*onboarding spoke-template$/,
  ],
  [
    'because public policies are blocked by the BlockPublicPolicy block public access setting.',
    /opens the resource to everybody/,
  ],
])('suggests the right change when AWS denies a call %s', (reason, expected) => {
  const location = { accountId: '222222222222', region: 'eu-west-1' };
  const error = translateError(createAwsError('AccessDenied', `${user} ${reason}`), {
    ...attempt,
    place: location,
  });

  expect(error).toMatchObject({ name: 'AccessDeniedError', message: expect.stringMatching(expected) });
  expect(error).not.toMatchObject({ message: expect.stringContaining('Check the role, its trust policy') });
});

test.each([
  'because no identity-based policy allows the iam:GetRole action',
  'because no role trust policy allows the sts:AssumeRole action',
])('suggests the member template when AWS denies the reader of member roles a call %s', (reason) => {
  const location = { accountId: '555555555555', region: 'us-east-1' };
  const error = translateError(createAwsError('AccessDenied', `${user} ${reason}`), {
    ...attempt,
    place: location,
    template: 'member',
  });

  expect(error).toMatchObject({
    message: expect.stringMatching(/Update the StackSet of the member roles .*onboarding member-template$/),
  });
  expect(error).not.toMatchObject({ message: expect.stringContaining('spoke-template') });
});

test.each(['NoSuchBucketPolicy', 'RepositoryPolicyNotFoundException', 'EntityAlreadyExistsException'])(
  'leaves the error %s to the grant kind',
  (name) => {
    const error = createAwsError(name, 'none', 404);
    expect(translateError(error, attempt)).toBe(error);
  },
);

test('throws errors of the project, and values that are no errors, again', () => {
  const ours = new ThrottledError('slow');
  expect(translateError(ours, attempt)).toBe(ours);
  expect(translateError('text', attempt)).toBe('text');
});

describe('in a region that an account has not enabled', () => {
  const location = { accountId: '222222222222', region: 'ap-east-1' };
  const there = (name: string, message: string) =>
    translateError(createAwsError(name, message), { ...attempt, service: 'ec2', place: location });

  test.each([
    ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ['OptInRequired', 'You are not subscribed to this service.'],
    ['AuthFailure', 'AWS was not able to validate the provided access credentials'],
  ])(
    'names the account and the region, and says what to do, when a disabled region answers %s',
    (name, message) => {
      expect(there(name, message)).toMatchObject({
        name: 'RegionNotEnabledError',
        message: expect.stringMatching(/222222222222 in ap-east-1 .*enable it there, or take ap-east-1 out/),
        fields: location,
        retryable: false,
      });
    },
  );

  test("keeps a denial of EC2, and reports no disabled region when the hub's own credentials were used", () => {
    expect(there('AuthFailure', 'Not authorized for image:ami-1')).toMatchObject({
      name: 'AccessDeniedError',
    });
    expect(translated('UnrecognizedClientException')).toMatchObject({ name: 'UnrecognizedClientException' });
  });
});
