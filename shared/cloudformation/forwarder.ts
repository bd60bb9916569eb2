import { rolePath } from '../configuration/installation-names.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import type { Forwarding, ForwardingRule, Hub } from './forwarding.ts';
import type { RegionConditions } from './region-conditions.ts';
import { renderWatchedQueue } from './watched-queue.ts';

export interface Forwarder {
  /** The role with which the rules put events on the event bus of the hub. */
  readonly role: { readonly name: string; readonly description: string };
  readonly hub: Hub;
  /** The region whose stack creates the role. IAM is global, so one region is enough. */
  readonly home: string;
  readonly forwarding: Forwarding;
  readonly regions: RegionConditions;
  readonly alarmTopic: AlarmTopic;
}

/**
 * Resources that forward events to the hub: one role for all regions, and in each region the rules, a dead-letter
 * queue, and an alarm on the queue.
 */
export function renderForwarderResources(forwarder: Forwarder) {
  const { forwarding, regions } = forwarder;
  const { rules } = forwarding;
  return {
    ForwarderRole: roleResource(forwarder),
    ...Object.fromEntries(rules.map((rule) => [rule.ruleId, ruleResource(rule, forwarder)])),
    // A message in this queue shows that events cannot be forwarded. Lost events do no lasting harm, because the daily
    // sweep and the scheduled check find the changes later.
    ...renderWatchedQueue({
      id: 'DeadLetters',
      rules: rules.map(({ name }) => ruleArn(name)),
      alarmDescription: 'Events have not reached the hub of account-onboarding',
      alarmActions: forwarder.alarmTopic.actions,
      condition: regions.nameOf(forwarding.regions),
    }),
  };
}

const busOf = ({ accountId, region }: Hub): string =>
  `arn:\${AWS::Partition}:events:${region}:${accountId}:event-bus/default`;

const ruleArn = (rule: string, region = '${AWS::Region}'): string =>
  `arn:\${AWS::Partition}:events:${region}:\${AWS::AccountId}:rule/${rule}`;

/**
 * If an event bus accepts events from a whole organization, the rules that send them must use a role ("Sending and
 * receiving events between AWS accounts", EventBridge user guide).
 */
const roleResource = ({ role, hub, forwarding }: Forwarder) => ({
  Type: 'AWS::IAM::Role',
  Condition: 'IsHome',
  Properties: {
    RoleName: role.name,
    Path: rolePath,
    Description: role.description,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sts:AssumeRole',
          // The condition prevents that another account makes EventBridge use this role ("Cross-service confused deputy
          // prevention in Amazon EventBridge", EventBridge user guide).
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: { 'aws:SourceArn': forwarding.rules.map(({ name }) => ruleArn(name, '*')) },
          },
        },
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
});

/** A rule that forwards events. If an event cannot be delivered within a day, EventBridge puts it into the queue. */
function ruleResource(rule: ForwardingRule, forwarder: Forwarder) {
  const { name, description, pattern } = rule;
  return {
    Type: 'AWS::Events::Rule',
    Condition: forwarder.regions.nameOf(rule.regions),
    Properties: {
      Name: name,
      Description: description,
      EventPattern: pattern,
      Targets: [
        {
          Id: 'hub',
          Arn: busOf(forwarder.hub),
          RoleArn: roleArn(rule, forwarder),
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ],
    },
  };
}

/** The ARN of the role. In the home region, this stack creates the role, and must do so before it creates the rule. */
function roleArn({ regions }: ForwardingRule, { role, home }: Forwarder): unknown {
  const made = { 'Fn::GetAtt': ['ForwarderRole', 'Arn'] };
  const named = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role${rolePath}${role.name}`;
  if (!regions.includes(home)) return named;
  return regions.length === 1 ? made : { 'Fn::If': ['IsHome', made, named] };
}
