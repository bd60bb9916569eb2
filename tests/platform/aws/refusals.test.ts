import { describe, expect, test } from '@jest/globals';
import { translateError } from '../../../shared/platform/aws/translate-error.ts';
import { createAwsError } from '../../../simulator/aws-error.ts';

const thrownBy = (call: string, name: string, message: string, more: object = {}): unknown => {
  const [service = '', operation = ''] = call.split(':');
  const error = Object.assign(createAwsError(name, message), more);
  return translateError(error, { service, operation, on: 'it (account 222222222222)', via: 'role spoke' });
};

const policyText = (reason: string): string =>
  `Invalid parameter at 'PolicyText' failed to satisfy constraint: '${reason}'`;

test.each([
  ['s3:PutBucketPolicy', 'MalformedPolicy', 'Invalid principal in policy'],
  [
    'kms:PutKeyPolicy',
    'MalformedPolicyDocumentException',
    'Policy contains a statement with one or more invalid principals.',
  ],
  ['ecr:SetRepositoryPolicy', 'InvalidParameterException', policyText('Principal not found')],
  [
    'secretsmanager:PutResourcePolicy',
    'MalformedPolicyDocumentException',
    'This resource policy contains an unsupported principal.',
  ],
  [
    'secretsmanager:PutResourcePolicy',
    'InvalidRequestException',
    'This resource policy contains an unsupported service principal.',
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    'MalformedPolicyDocumentException',
    'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:root"',
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    'MalformedPolicyDocument',
    'Invalid principal in policy: "AWS":"111122223333"',
  ],
  [
    'ec2:ModifyImageAttribute',
    'InvalidAMIAttributeItemValue',
    'Invalid attribute item value "111122223333" for userId item type.',
  ],
  ['kms:CreateGrant', 'InvalidArnException', 'ARN does not refer to a valid principal'],
])('reports a rejected principal when %s throws %s: %s', (call, name, message) => {
  const error = thrownBy(call, name, message);

  expect(error).toMatchObject({ name: 'InvalidPrincipalError', retryable: true, fields: { awsError: name } });
  expect(error).not.toMatchObject({ fields: { ambiguous: true } });
});

test.each([
  ['ecr:SetRepositoryPolicy', 'InvalidParameterException', policyText('Invalid repository policy provided')],
  ['s3:PutBucketPolicy', 'MalformedPolicy', 'This policy contains something'],
  ['kms:PutKeyPolicy', 'MalformedPolicyDocumentException', ''],
  ['secretsmanager:PutResourcePolicy', 'MalformedPolicyDocumentException', 'The policy is not valid.'],
  ['iam:UpdateAssumeRolePolicy', 'MalformedPolicyDocumentException', 'The policy is not valid.'],
])('suspects a rejected principal when %s throws %s without a cause: %s', (call, name, message) => {
  expect(thrownBy(call, name, message)).toMatchObject({
    name: 'InvalidPrincipalError',
    fields: { ambiguous: true },
    message: expect.stringContaining('does not name the cause'),
  });
});

test.each([
  ['s3:PutBucketPolicy', 'MalformedPolicy', 'Missing required field Principal'],
  ['s3:PutBucketPolicy', 'MalformedPolicy', 'Policy has invalid resource'],
  ['s3:PutBucketPolicy', 'MalformedPolicy', 'Action does not apply to any resource(s) in statement'],
  [
    'kms:PutKeyPolicy',
    'MalformedPolicyDocumentException',
    'The new key policy will not allow you to update the key policy in the future.',
  ],
  ['ecr:SetRepositoryPolicy', 'InvalidParameterException', policyText('must have length less than 10240')],
  ['secretsmanager:PutResourcePolicy', 'PublicPolicyException', 'You cannot use a public policy.'],
  [
    'secretsmanager:PutResourcePolicy',
    'MalformedPolicyDocumentException',
    'This policy contains invalid Json',
  ],
  ['iam:UpdateAssumeRolePolicy', 'MalformedPolicyDocument', 'Has prohibited field Resource'],
  [
    'iam:CreatePolicyVersion',
    'MalformedPolicyDocumentException',
    'Policy document should not specify a principal.',
  ],
])('reports a malformed document when %s throws %s: %s', (call, name, message) => {
  expect(thrownBy(call, name, message)).toMatchObject({ name: 'PolicyRefusedError', retryable: false });
});

describe('an error of a call that writes no document', () => {
  test.each([
    ['dynamodb:PutItem', 'ValidationException', 'Item size has exceeded the maximum allowed size', {}],
    [
      'dynamodb:UpdateItem',
      'ValidationException',
      'Item size to update has exceeded the maximum allowed size',
      {},
    ],
    [
      'dynamodb:TransactWriteItems',
      'TransactionCanceledException',
      'Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError, None]',
      {
        CancellationReasons: [
          { Code: 'ValidationError', Message: 'Item size has exceeded the maximum allowed size' },
        ],
      },
    ],
  ])('reports an item that is too large when %s throws %s: %s', (call, name, message, more) => {
    expect(thrownBy(call, name, message, more)).toMatchObject({
      name: 'RequestRefusedError',
      message: expect.stringMatching(/400 KB .*was not stored/),
    });
  });

  test.each([
    ['dynamodb:GetItem', 'The provided key element does not match the schema'],
    ['dynamodb:Query', 'Query condition missed key schema element: id'],
    [
      'dynamodb:Query',
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
    ['dynamodb:PutItem', 'One or more parameter values were invalid: Missing the key id in the item'],
    [
      'dynamodb:PutItem',
      'One or more parameter values were invalid: Type mismatch for key pk expected: N actual: S',
    ],
  ])('names the setting of the table when %s says: %s', (call, message) => {
    expect(thrownBy(call, 'ValidationException', message)).toMatchObject({
      name: 'RequestRefusedError',
      message: expect.stringMatching(
        /this is not a table of account-onboarding.*changed nothing\. Check ONBOARDING_TABLE/,
      ),
    });
  });

  test.each([
    ['dynamodb:Query', 'ValidationException', 'Invalid KeyConditionExpression'],
    ['kms:ListGrants', 'ValidationException', 'Limit must be between 1 and 100'],
    ['ecr:DescribeRepositories', 'InvalidParameterException', 'Invalid principal in something else'],
  ])('reports an invalid request when %s throws %s: %s', (call, name, message) => {
    expect(thrownBy(call, name, message)).toMatchObject({ name: 'RequestRefusedError' });
  });

  test("names the table's setting when DynamoDB does not find the table", () => {
    const error = thrownBy('dynamodb:GetItem', 'ResourceNotFoundException', 'Requested resource not found');

    expect(error).toMatchObject({ message: expect.stringContaining('Check ONBOARDING_TABLE') });
  });

  test('tells a limit of DynamoDB from a policy that is too large', () => {
    expect(thrownBy('dynamodb:PutItem', 'LimitExceededException', 'Too many')).toMatchObject({
      name: 'RequestRefusedError',
    });
  });
});

describe('a key or an image that cannot be used', () => {
  const arn = 'arn:aws:kms:eu-west-1:333333333333:key/11111111-1111-4111-8111-111111111111';

  test.each([
    ['kms:CreateGrant', 'DisabledException', `${arn} is disabled.`, /is disabled .*aws kms enable-key/],
    [
      'kms:CreateGrant',
      'KMSInvalidStateException',
      `${arn} is pending deletion.`,
      /scheduled for deletion .*cancel-key-deletion/,
    ],
    ['kms:CreateGrant', 'KMSInvalidStateException', `${arn} is pending import.`, /describe-key/],
    ['sns:Publish', 'KMSDisabledException', 'The key is disabled', /aws kms enable-key/],
    ['sns:Publish', 'KMSInvalidStateException', 'The key is pending deletion', /cancel-key-deletion/],
    [
      'dynamodb:GetItem',
      'ValidationException',
      `KMS key disabled error: com.amazonaws.services.kms.model.DisabledException: ${arn} is disabled.`,
      /aws kms enable-key/,
    ],
    [
      'ec2:ModifyImageAttribute',
      'OperationNotPermitted',
      'The image ami-1 is disabled',
      /image is disabled .*aws ec2 enable-image/,
    ],
  ])('says how to make the key or image usable when %s throws %s: %s', (call, name, message, expected) => {
    expect(thrownBy(call, name, message)).toMatchObject({
      name: 'ResourceDisabledError',
      retryable: false,
      message: expect.stringMatching(expected),
    });
  });

  test('names both possible causes when EC2 says that an image is not available', () => {
    const error = thrownBy(
      'ec2:ModifyImageAttribute',
      'InvalidAMIID.Unavailable',
      "The image ID 'ami-1' is no longer available",
    );

    expect(error).toMatchObject({
      name: 'ResourceMissingError',
      message: expect.stringMatching(/was deregistered or is disabled .*enable-image/),
    });
  });
});
