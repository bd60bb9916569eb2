export interface WatchedQueue {
  /** The logical id of the queue. Its policy and its alarm have the same id, followed by `Policy` and `Alarm`. */
  readonly id: string;
  /** ARNs of the rules that may send to the queue. */
  readonly rules: readonly unknown[];
  readonly alarmDescription: string;
  /** What the alarm does: `AlarmTopic.actions`. */
  readonly alarmActions: object;
  /** The name of the condition under which the queue exists. Default: it always exists. */
  readonly condition?: string;
}

/** A queue that keeps events for 14 days, and an alarm that is on as long as the queue has messages. */
export function renderWatchedQueue(queue: WatchedQueue) {
  const { id, rules, condition } = queue;
  const conditional = condition === undefined ? {} : { Condition: condition };
  return {
    [id]: {
      Type: 'AWS::SQS::Queue',
      ...conditional,
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true },
    },
    [`${id}Policy`]: { Type: 'AWS::SQS::QueuePolicy', ...conditional, Properties: queuePolicy(id, rules) },
    [`${id}Alarm`]: {
      Type: 'AWS::CloudWatch::Alarm',
      ...conditional,
      Properties: alarm(queue),
    },
  };
}

const queuePolicy = (id: string, rules: readonly unknown[]) => ({
  Queues: [{ Ref: id }],
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': [id, 'Arn'] },
        Condition: { ArnEquals: { 'aws:SourceArn': rules } },
      },
    ],
  },
});

const alarm = ({ id, alarmDescription, alarmActions }: WatchedQueue) => ({
  AlarmDescription: alarmDescription,
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
  Statistic: 'Maximum',
  Period: 300,
  EvaluationPeriods: 1,
  ComparisonOperator: 'GreaterThanThreshold',
  Threshold: 0,
  TreatMissingData: 'notBreaching',
  AlarmActions: alarmActions,
});
