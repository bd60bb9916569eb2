import { type PolicyDocument, type Statement, serializePolicy } from '../shared/iam/document.ts';
import type { SimulatedManagedPolicy } from './simulated-resources.ts';
import { makeDigest, type SimulatedWorld } from './world.ts';

/** The account in the ARN of an AWS managed policy. */
export const awsAccount = 'aws';

const allow = (...actions: readonly string[]): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: '*',
});

const policy = (...statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [...statements],
});

const onCodeDeploy = (partition: string) => ({
  ArnLike: {
    'codestar-notifications:NotificationsForResource': `arn:${partition}:codedeploy:*:*:application:*`,
  },
});

/**
 * AWS managed policies, by path and name, as far as examples and tests use them. Source: AWS managed policy reference
 * guide, the page of each policy. `ReadOnlyAccess` and `AWSCodeDeployRole` are excerpts: the first has the actions of
 * the services that the simulator models. It has no `secretsmanager:GetSecretValue`, `kms:Decrypt` and
 * `sts:AssumeRole`.
 */
const documents: Readonly<Record<string, (partition: string) => PolicyDocument>> = {
  '/AdministratorAccess': () => policy(allow('*')),
  '/PowerUserAccess': () =>
    policy(
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow(
        'account:GetAccountInformation',
        'account:GetPrimaryEmail',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeOrganization',
      ),
    ),
  '/ReadOnlyAccess': () =>
    policy(
      allow(
        'appconfig:GetApplication',
        'appconfig:GetConfigurationProfile',
        'appconfig:GetDeployment',
        'appconfig:GetEnvironment',
        'appconfig:List*',
        'cloudformation:Describe*',
        'cloudformation:Get*',
        'cloudformation:List*',
        'codedeploy:BatchGet*',
        'codedeploy:Get*',
        'codedeploy:List*',
        'ec2:Describe*',
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:Describe*',
        'ecr:Get*',
        'ecr:List*',
        'iam:Generate*',
        'iam:Get*',
        'iam:List*',
        'iam:Simulate*',
        'kms:Describe*',
        'kms:Get*',
        'kms:List*',
        'organizations:Describe*',
        'organizations:List*',
        's3:Get*',
        's3:List*',
        'secretsmanager:Describe*',
        'secretsmanager:GetResourcePolicy',
        'secretsmanager:List*',
        'sts:GetAccessKeyInfo',
        'sts:GetCallerIdentity',
        'sts:GetSessionToken',
        'tag:Get*',
      ),
    ),
  '/AWSCodeDeployDeployerAccess': (partition) =>
    policy(
      allow(
        'codedeploy:Batch*',
        'codedeploy:CreateDeployment',
        'codedeploy:Get*',
        'codedeploy:List*',
        'codedeploy:RegisterApplicationRevision',
      ),
      {
        Sid: 'CodeStarNotificationsReadWriteAccess',
        ...allow(
          'codestar-notifications:CreateNotificationRule',
          'codestar-notifications:DescribeNotificationRule',
          'codestar-notifications:UpdateNotificationRule',
          'codestar-notifications:Subscribe',
          'codestar-notifications:Unsubscribe',
        ),
        Condition: onCodeDeploy(partition),
      },
      allow(
        'codestar-notifications:ListNotificationRules',
        'codestar-notifications:ListTargets',
        'codestar-notifications:ListTagsforResource',
        'codestar-notifications:ListEventTypes',
      ),
      allow('chatbot:DescribeSlackChannelConfigurations'),
      allow('sns:ListTopics'),
    ),
  '/service-role/AWSCodeDeployRole': () =>
    policy(
      allow(
        'autoscaling:CompleteLifecycleAction',
        'autoscaling:DeleteLifecycleHook',
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeLifecycleHooks',
        'autoscaling:PutLifecycleHook',
        'autoscaling:RecordLifecycleActionHeartbeat',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:TerminateInstances',
        'tag:GetResources',
        'sns:Publish',
      ),
    ),
  '/service-role/AmazonEC2RoleforAWSCodeDeploy': () =>
    policy(allow('s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket')),
  '/service-role/AmazonECSTaskExecutionRolePolicy': () =>
    policy(
      allow(
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchGetImage',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ),
    ),
  '/service-role/AWSLambdaBasicExecutionRole': () =>
    policy(allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents')),
};

/** The managed policy with this ARN: a customer managed policy of any account, or an AWS managed policy. */
export const findManagedPolicy = (world: SimulatedWorld, arn: string): SimulatedManagedPolicy | undefined =>
  world.managedPolicies.get(arn) ?? findAwsManagedPolicy(world, arn);

function findAwsManagedPolicy(world: SimulatedWorld, arn: string): SimulatedManagedPolicy | undefined {
  const { partition } = world.settings;
  const prefix = `arn:${partition}:iam::${awsAccount}:policy`;
  if (!arn.startsWith(prefix)) return undefined;
  const pathAndName = arn.slice(prefix.length);
  const document = documents[pathAndName];
  if (document === undefined) return undefined;
  const end = pathAndName.lastIndexOf('/') + 1;
  return {
    accountId: awsAccount,
    name: pathAndName.slice(end),
    path: pathAndName.slice(0, end),
    arn,
    uniqueId: `ANPA${makeDigest(arn, 17)}`,
    description: undefined,
    tags: {},
    createdAt: new Date(0),
    updatedAt: new Date(0),
    versions: [{ id: 'v1', document: serializePolicy(document(partition)), createdAt: new Date(0) }],
    defaultVersion: 'v1',
    lastVersion: 1,
  };
}

/** The document of the default version of a managed policy. */
export function findManagedDocument(world: SimulatedWorld, arn: string): string | undefined {
  const policy = findManagedPolicy(world, arn);
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}
