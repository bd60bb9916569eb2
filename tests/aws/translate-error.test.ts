import { describe, expect, test } from '@jest/globals';
import { translateError } from '../../shared/aws/translate-error.ts';
import { OnboardingError, ThrottledError } from '../../shared/errors.ts';
import { awsError } from '../../simulator/aws-error.ts';

const attempt = {
  service: 's3',
  operation: 'PutBucketPolicy',
  on: 'example-logs (account 222222222222, eu-west-1)',
  via: 'role spoke',
};

const translated = (name: string, message = 'because', status = 400) =>
  translateError(awsError(name, message, status), attempt);

test.each([
  ['AccessDenied', 'AccessDeniedError'],
  ['AccessDeniedException', 'AccessDeniedError'],
  ['UnauthorizedOperation', 'AccessDeniedError'],
  ['AuthorizationErrorException', 'AccessDeniedError'],
  ['AuthFailure', 'AccessDeniedError'],
  ['NoSuchBucket', 'ResourceMissingError'],
  ['NotFoundException', 'ResourceMissingError'],
  ['RepositoryNotFoundException', 'ResourceMissingError'],
  ['ResourceNotFoundException', 'ResourceMissingError'],
  ['NoSuchEntity', 'ResourceMissingError'],
  ['NoSuchEntityException', 'ResourceMissingError'],
  ['InvalidAMIID.NotFound', 'ResourceMissingError'],
  ['InvalidAMIID.Unavailable', 'ResourceMissingError'],
  ['MalformedPolicy', 'PolicyRefusedError'],
  ['MalformedPolicyDocument', 'PolicyRefusedError'],
  ['MalformedPolicyDocumentException', 'PolicyRefusedError'],
  ['InvalidParameterException', 'PolicyRefusedError'],
  ['PublicPolicyException', 'PolicyRefusedError'],
  ['LimitExceededException', 'PolicyTooLargeError'],
  ['LimitExceeded', 'PolicyTooLargeError'],
  ['PolicyLengthExceededException', 'PolicyTooLargeError'],
  ['OperationAborted', 'ConcurrentUpdateError'],
  ['TransactionConflictException', 'ConcurrentUpdateError'],
  ['ConcurrentModificationException', 'ConcurrentUpdateError'],
  ['EntityTemporarilyUnmodifiableException', 'ConcurrentUpdateError'],
  ['ThrottlingException', 'ThrottledError'],
  ['Throttling', 'ThrottledError'],
  ['SlowDown', 'ThrottledError'],
  ['TooManyRequestsException', 'ThrottledError'],
  ['RequestLimitExceeded', 'ThrottledError'],
  ['TimeoutError', 'ServiceUnavailableError'],
  ['RequestTimeout', 'ServiceUnavailableError'],
])('%s is %s', (name, expected) => {
  const error = translated(name);

  expect(error).toBeInstanceOf(OnboardingError);
  expect(error).toMatchObject({
    name: expected,
    message: expect.stringContaining('s3:PutBucketPolicy on example-logs'),
    fields: { awsError: name },
    cause: { name },
  });
});

test.each([
  ['S3', 'MalformedPolicy', 'Invalid principal in policy'],
  [
    'KMS',
    'MalformedPolicyDocumentException',
    'Policy contains a statement with one or more invalid principals.',
  ],
  ['ECR', 'InvalidParameterException', "Invalid parameter at 'PolicyText' failed: 'Principal not found'"],
  ['Secrets Manager', 'MalformedPolicyDocumentException', 'This policy contains an unsupported principal.'],
])('%s refuses a principal in its own words', (_, name, message) => {
  expect(translated(name, message)).toMatchObject({ name: 'InvalidPrincipalError', retryable: true });
});

test.each(['Policy document should not specify a principal.', 'Missing required field Principal'])(
  'a document without its principals is no refused principal: %s',
  (message) => {
    expect(translated('MalformedPolicy', message)).toMatchObject({ name: 'PolicyRefusedError' });
  },
);

test.each([500, 502, 503, 504])(
  'an answer %i is a fault of AWS, and may be of a write that took effect',
  (status) => {
    expect(translated('Whatever', 'broken', status)).toMatchObject({ name: 'ServiceUnavailableError' });
  },
);

test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])('%s is no answer', (code) => {
  const error = Object.assign(new Error('socket'), { code });

  expect(translateError(error, attempt)).toMatchObject({ name: 'ServiceUnavailableError', cause: error });
});

test('a denial names who, what and on what, and a service control policy gets its own advice', () => {
  expect(translated('AccessDenied', 'User: x is not authorized')).toMatchObject({
    message:
      's3:PutBucketPolicy on example-logs (account 222222222222, eu-west-1) was denied to role spoke: User: x is not ' +
      'authorized. Check the role, its trust policy and its permissions',
  });
  expect(translated('AccessDenied', 'with an explicit deny in a service control policy')).toMatchObject({
    message: expect.stringContaining('exempt the role there'),
  });
});

test.each(['NoSuchBucketPolicy', 'RepositoryPolicyNotFoundException', 'EntityAlreadyExistsException'])(
  '%s means something to its grant kind, and comes through',
  (name) => {
    const error = awsError(name, 'none', 404);
    expect(translateError(error, attempt)).toBe(error);
  },
);

test('what is ours already, and what is no error, comes through', () => {
  const ours = new ThrottledError('slow');
  expect(translateError(ours, attempt)).toBe(ours);
  expect(translateError('text', attempt)).toBe('text');
});

describe('in a region that an account has not enabled', () => {
  const place = { accountId: '222222222222', region: 'ap-east-1' };
  const there = (name: string, message: string) =>
    translateError(awsError(name, message), { ...attempt, place });

  test.each([
    ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ['OptInRequired', 'You are not subscribed to this service.'],
    ['AuthFailure', 'AWS was not able to validate the provided access credentials'],
  ])('%s names the account and the region, and what to do', (name, message) => {
    expect(there(name, message)).toMatchObject({
      name: 'RegionNotEnabledError',
      message: expect.stringMatching(/222222222222 in ap-east-1 .*enable it there, or take ap-east-1 out/),
      fields: place,
      retryable: false,
    });
  });

  test('a denial of EC2 stays one, and credentials of the hub are no matter of regions', () => {
    expect(there('AuthFailure', 'Not authorized for image:ami-1')).toMatchObject({
      name: 'AccessDeniedError',
    });
    expect(translated('UnrecognizedClientException')).toMatchObject({ name: 'UnrecognizedClientException' });
  });
});
