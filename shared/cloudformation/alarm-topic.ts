import type { Configuration } from '../configuration/schema.ts';

/** The value of the parameter if there is no topic. An empty text would be an invalid action of an alarm. */
const noTopic = 'none';

/** The parts of a template with which its alarms notify an SNS topic. */
export interface AlarmTopic {
  readonly parameters: Readonly<Record<string, object>>;
  readonly conditions: Readonly<Record<string, object>>;
  /** What an alarm does when its state changes: it notifies the topic. */
  readonly actions: object;
}

/**
 * An alarm can notify only a topic in its own region (CloudWatch user guide, "Notifying users on alarm changes"). In
 * the region of the configuration's topic, it notifies that topic. In other regions, it notifies the topic that an
 * operator sets as parameter. Pure.
 */
export function createAlarmTopic({ notifications }: Configuration): AlarmTopic {
  const topic = notifications?.topic;
  const none = { Ref: 'AWS::NoValue' };
  return {
    parameters: {
      AlarmTopic: {
        Type: 'String',
        Default: noTopic,
        Description:
          'ARN of an SNS topic in this region that the alarms notify. none: the topic of the configuration, if it is in this region',
      },
    },
    conditions: {
      HasAlarmTopic: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmTopic' }, noTopic] }] },
      ...(topic === undefined
        ? {}
        : { TopicIsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, topic.split(':')[3]] } }),
    },
    actions: {
      'Fn::If': [
        'HasAlarmTopic',
        [{ Ref: 'AlarmTopic' }],
        topic === undefined ? none : { 'Fn::If': ['TopicIsHere', [topic], none] },
      ],
    },
  };
}
