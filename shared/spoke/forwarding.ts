import type { Configuration } from '../configuration/schema.ts';
import type { CallEvents } from '../grants/contract.ts';
import { callEvents } from '../grants/kinds.ts';
import { apiCall } from '../organization/resource-event.ts';
import { deploymentName, forwarderRole, rolePath } from './names.ts';
import type { SpokeGrant } from './permissions.ts';

/** The account and region that the hub is deployed in. */
export interface Hub {
  readonly accountId: string;
  readonly region: string;
}

/** Which events a central account sends to the hub, and from where. */
export interface Forwarding {
  /** Ordered; at least one. */
  readonly regions: readonly string[];
  readonly events: readonly CallEvents[];
}

/** `undefined` where there are no patterns; a bus does not forward to itself. */
export function forwardingOf(
  grants: readonly SpokeGrant[],
  accountId: string,
  hub: Hub,
): Forwarding | undefined {
  const patterns = grants.filter(({ searches }) => searches.length > 0);
  const regions = new Set(patterns.flatMap(({ searches }) => searches.map(({ region }) => region)));
  if (accountId === hub.accountId) regions.delete(hub.region);
  const events = callEvents(patterns.map(({ kind }) => kind));
  return regions.size === 0 || events.length === 0 ? undefined : { regions: [...regions].sort(), events };
}

/** The pattern of a rule for these events; CloudTrail tells of calls that failed, too. */
export const resourceEventPattern = (events: readonly CallEvents[]): object => ({
  source: events.map(({ source }) => source),
  'detail-type': [apiCall],
  detail: {
    eventName: [...new Set(events.flatMap(({ names }) => names))].sort(),
    errorCode: [{ exists: false }],
  },
});

const busOf = ({ accountId, region }: Hub): string =>
  `arn:\${AWS::Partition}:events:${region}:${accountId}:event-bus/default`;

const ruleArn = (rule: string): string =>
  `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule}`;

/**
 * The role that puts events on the hub's bus, which is one for all regions: a bus that admits an organisation asks for
 * a role ("Sending and receiving events between AWS accounts", EventBridge user guide).
 */
export const forwarderResources = (configuration: Configuration, hub: Hub) => ({
  ForwarderRole: {
    Type: 'AWS::IAM::Role',
    Condition: 'IsHome',
    Properties: {
      RoleName: forwarderRole(configuration),
      Path: rolePath,
      Description: 'Puts events about resources on the bus of account-onboarding',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'forward',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: busOf(hub) }],
          },
        },
      ],
    },
  },
});

/** What each region has: the rule, and a queue for events that could not be delivered within a day. */
export function ruleResources(configuration: Configuration, hub: Hub, { events }: Forwarding) {
  const rule = `${deploymentName(configuration)}-resource-events`;
  const role = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role${rolePath}${forwarderRole(configuration)}`;
  return {
    ResourceEventRule: {
      Type: 'AWS::Events::Rule',
      Condition: 'Forwards',
      Properties: {
        Name: rule,
        Description: 'Resources have changed that patterns of account-onboarding may match',
        EventPattern: resourceEventPattern(events),
        Targets: [
          {
            Id: 'hub',
            Arn: busOf(hub),
            RoleArn: { 'Fn::If': ['IsHome', { 'Fn::GetAtt': ['ForwarderRole', 'Arn'] }, role] },
            DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          },
        ],
      },
    },
    ...queueResources(ruleArn(rule)),
  };
}

/** The sweep makes up for what lies there: a letter tells where forwarding fails. */
const queueResources = (rule: string) => ({
  DeadLetters: {
    Type: 'AWS::SQS::Queue',
    Condition: 'Forwards',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true },
  },
  DeadLettersPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Condition: 'Forwards',
    Properties: {
      Queues: [{ Ref: 'DeadLetters' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
            Condition: { ArnEquals: { 'aws:SourceArn': rule } },
          },
        ],
      },
    },
  },
});
