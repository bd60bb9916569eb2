import type { Configuration } from '../configuration/schema.ts';

/** The value of the parameter without a topic. An empty text would be no valid action of an alarm. */
const noTopic = 'none';

/** The parts of a template by which its alarms notify a topic. */
export interface AlarmTopic {
  readonly parameters: Readonly<Record<string, object>>;
  readonly conditions: Readonly<Record<string, object>>;
  /** The actions of an alarm. */
  readonly actions: object;
}

/**
 * The topic of the configuration in its own region, and the topic of the parameter in any region: an alarm notifies only
 * topics of its region (CloudWatch user guide, "Notifying users on alarm changes"). Pure.
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
