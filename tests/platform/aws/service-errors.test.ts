import { describe, expect, test } from '@jest/globals';
import { translateError } from '../../../shared/platform/aws/translate-error.ts';
import { createAwsError } from '../../../simulator/aws-error.ts';

const location = { accountId: '222222222222', region: 'eu-west-1' };
const hubServices = ['dynamodb', 'eventbridge', 'organizations', 'sfn', 'sns', 'sts'];

const thrownBy = (call: string, name: string, message = 'because'): unknown => {
  const [service = '', operation = ''] = call.split(':');
  const attempt = { service, operation, on: 'it (account 222222222222)', via: 'role spoke' };
  return translateError(
    createAwsError(name, message),
    hubServices.includes(service) ? attempt : { ...attempt, place: location },
  );
};

const noSecret = "Secrets Manager can't find the specified secret.";
const noValue = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";

describe('missing', () => {
  test.each([
    ['s3:GetBucketPolicy', 'NoSuchBucket', '', /the bucket does not exist .*correct its name/],
    ['kms:GetKeyPolicy', 'NotFoundException', '', /the key does not exist .*correct its name/],
    ['kms:RevokeGrant', 'NotFoundException', '', /the key or the grant does not exist .*start the run again/],
    ['iam:GetRole', 'NoSuchEntityException', '', /the role does not exist/],
    ['iam:UpdateAssumeRolePolicy', 'NoSuchEntity', '', /the role does not exist/],
    ['iam:GetPolicyVersion', 'NoSuchEntity', '', /the policy does not exist/],
    ['iam:AttachRolePolicy', 'NoSuchEntity', '', /the role, the group or the policy does not exist/],
    [
      'iam:AttachRolePolicy',
      'NoSuchEntity',
      'Policy arn:aws:iam::222222222222:policy/x does not exist or is not attachable.',
      /the policy does not exist/,
    ],
    [
      'iam:AttachGroupPolicy',
      'NoSuchEntity',
      'The group with name auditors cannot be found.',
      /the role or group does not exist/,
    ],
    ['ecr:GetRepositoryPolicy', 'RepositoryNotFoundException', '', /the repository does not exist/],
    ['secretsmanager:DescribeSecret', 'ResourceNotFoundException', noSecret, /the secret does not exist/],
    [
      'secretsmanager:GetSecretValue',
      'ResourceNotFoundException',
      noValue,
      /that version of the secret does not exist .*Give the secret a value/,
    ],
    ['ec2:ModifyImageAttribute', 'InvalidAMIID.NotFound', '', /the image does not exist/],
    ['dynamodb:GetItem', 'ResourceNotFoundException', '', /the table does not exist .*ONBOARDING_TABLE/],
    [
      'organizations:ListRoots',
      'AWSOrganizationsNotInUseException',
      '',
      /the organization does not exist .*is in no organization/,
    ],
    ['appconfig:StartDeployment', 'ResourceNotFoundException', '', /the application, or the environment/],
    ['eventbridge:PutEvents', 'ResourceNotFoundException', '', /the event bus does not exist .*latest stack/],
    ['sns:Publish', 'NotFoundException', '', /the topic does not exist .*notifications\.topic/],
    ['sfn:StartExecution', 'StateMachineDoesNotExist', '', /the state machine .*latest stack/],
  ])('names the missing resource when %s throws %s: %s', (call, name, message, expected) => {
    expect(thrownBy(call, name, message)).toMatchObject({
      name: 'ResourceMissingError',
      retryable: false,
      message: expect.stringMatching(expected),
      fields: { awsError: name },
    });
  });

  test.each([
    ['s3:GetBucketPolicy', 'ResourceNotFoundException'],
    ['ecr:GetRepositoryPolicy', 'NotFoundException'],
    ['kms:GetKeyPolicy', 'NoSuchEntity'],
    ['sts:AssumeRole', 'NoSuchEntity'],
    ['organizations:DescribeAccount', 'AccountNotFoundException'],
    ['resourcegroupstaggingapi:GetResources', 'ResourceNotFoundException'],
    ['sfn:SendTaskSuccess', 'TaskDoesNotExist'],
  ])('keeps the error of %s when the service does not use %s for a missing resource', (call, name) => {
    expect(thrownBy(call, name)).toMatchObject({ name });
  });
});

describe('conflicts', () => {
  test.each([
    ['s3:PutBucketPolicy', 'OperationAborted', /changing the bucket/],
    [
      'iam:CreatePolicyVersion',
      'ConcurrentModificationException',
      /changing the role, the group or the policy/,
    ],
    ['iam:UpdateAssumeRolePolicy', 'EntityTemporarilyUnmodifiable', /changing the role/],
    ['dynamodb:TransactWriteItems', 'TransactionConflictException', /changing an item of the table/],
    ['organizations:ListParents', 'ConcurrentModificationException', /changing the organization/],
  ])('says what another request is changing when %s throws %s', (call, name, expected) => {
    expect(thrownBy(call, name)).toMatchObject({
      name: 'ConcurrentUpdateError',
      retryable: true,
      message: expect.stringMatching(expected),
    });
  });

  test.each([
    ['appconfig:StartDeployment', 'ConflictException'],
    ['kms:PutKeyPolicy', 'ConflictException'],
    ['ecr:SetRepositoryPolicy', 'OperationAborted'],
    ['secretsmanager:PutResourcePolicy', 'ConcurrentModificationException'],
  ])('keeps the error of %s when the service does not use %s for a conflict', (call, name) => {
    expect(thrownBy(call, name)).toMatchObject({ name });
  });
});

describe('denials', () => {
  test.each([
    ['s3:PutBucketPolicy', 'AccessDenied', /Check the role, its trust policy/],
    ['kms:PutKeyPolicy', 'AccessDeniedException', /Check the role, its trust policy/],
    ['iam:GetRole', 'AccessDenied', /Check the role, its trust policy/],
    ['ecr:SetRepositoryPolicy', 'AccessDeniedException', /Check the role, its trust policy/],
    ['secretsmanager:PutResourcePolicy', 'AccessDeniedException', /Check the role, its trust policy/],
    ['ec2:ModifyImageAttribute', 'UnauthorizedOperation', /Check the role, its trust policy/],
    ['ec2:ModifyImageAttribute', 'AuthFailure', /Check the role, its trust policy/],
    ['resourcegroupstaggingapi:GetResources', 'AccessDeniedException', /Check the role, its trust policy/],
    ['appconfig:ListApplications', 'AccessDeniedException', /Check the role, its trust policy/],
    ['sts:AssumeRole', 'AccessDenied', /The role does not exist, its trust policy does not name the caller/],
    ['organizations:ListAccounts', 'AccessDeniedException', /answers only the management account/],
    ['dynamodb:GetItem', 'AccessDeniedException', /on the table, and on the key/],
    ['sns:Publish', 'AuthorizationErrorException', /the topic's own policy/],
    ['eventbridge:PutEvents', 'AccessDeniedException', /the event bus's own policy/],
    ['sfn:SendTaskSuccess', 'AccessDeniedException', /on the state machine/],
  ])('suggests what the service needs when %s throws %s and names no policy', (call, name, expected) => {
    expect(thrownBy(call, name)).toMatchObject({
      name: 'AccessDeniedError',
      retryable: false,
      message: expect.stringMatching(expected),
    });
  });

  test.each([
    [
      'sts:AssumeRole',
      'because no identity-based policy allows the sts:AssumeRole action',
      /caller's own policies/,
    ],
    [
      'sts:AssumeRole',
      'because no resource-based policy allows the sts:AssumeRole action',
      /trust policy of the role/,
    ],
    [
      'dynamodb:GetItem',
      'because no identity-based policy allows the dynamodb:GetItem action',
      /latest stack, or use credentials/,
    ],
    ['s3:PutBucketPolicy', 'because no identity-based policy allows the action', /spoke-template$/],
  ])("suggests a change of the caller's permissions when %s is denied %s", (call, reason, expected) => {
    expect(thrownBy(call, 'AccessDenied', `User: x is not authorized ${reason}`)).toMatchObject({
      message: expect.stringMatching(expected),
    });
  });

  test.each([
    ['s3:PutBucketPolicy', 'UnauthorizedOperation'],
    ['dynamodb:GetItem', 'AuthorizationError'],
  ])('keeps the error of %s when the service does not use %s for a denial', (call, name) => {
    expect(thrownBy(call, name)).toMatchObject({ name });
  });
});

describe('limits and requests', () => {
  test.each([
    ['kms:CreateGrant', 'LimitExceededException', 'PolicyTooLargeError'],
    ['iam:CreatePolicyVersion', 'LimitExceeded', 'PolicyTooLargeError'],
    ['ec2:ModifyImageAttribute', 'ResourceLimitExceeded', 'PolicyTooLargeError'],
    ['dynamodb:PutItem', 'LimitExceededException', 'RequestRefusedError'],
    ['sts:AssumeRole', 'ValidationError', 'RequestRefusedError'],
    ['resourcegroupstaggingapi:GetResources', 'InvalidParameterException', 'RequestRefusedError'],
  ])('tells a full policy from a refused request when %s throws %s', (call, name, expected) => {
    expect(thrownBy(call, name)).toMatchObject({ name: expected });
  });
});
