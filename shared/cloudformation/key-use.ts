import { type Application, locateApplication } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getSpokeRole } from '../platform/central-accounts.ts';
import { createAlarmTopic } from './alarm-topic.ts';
import type { ApplicationRequest } from './application-request.ts';
import { renderWatchedQueue } from './watched-queue.ts';

/**
 * An alarm for each unexpected use of a key: a use for this application's deployments by a principal other than the
 * known roles. It consists of a rule for CloudTrail's events, the queue that keeps them, and the alarm of that queue.
 * Nothing if no profile has a key.
 *
 * A metric filter would need the log group of a trail, which in an organization is in another account. A rule needs
 * none.
 */
export function renderKeyUseResources({ configuration, application }: ApplicationRequest) {
  if (!watchesKeys(application)) return {};
  return {
    KeyUseRule: rule(listKnownRoles(configuration, application)),
    ...renderWatchedQueue({
      id: 'UnexpectedKeyUses',
      rules: [{ 'Fn::GetAtt': ['KeyUseRule', 'Arn'] }],
      alarmDescription: `An unexpected principal used a key for deployments of ${application.name}. The messages of the queue name the principal`,
      alarmActions: createAlarmTopic(configuration).actions,
    }),
  };
}

/** Whether the template has the alarm. */
export const watchesKeys = ({ profiles }: Application): boolean =>
  profiles.some(({ key }) => key !== undefined);

/** The role that deploys, the role that reads, and the roles that the configuration names. */
function listKnownRoles(configuration: Configuration, application: Application): readonly object[] {
  const { readerRole, keyUsers = [] } = application;
  const { accountId = '' } = locateApplication(application, configuration) ?? {};
  const deployer = getSpokeRole(configuration, accountId);
  const roles = [deployer, ...(readerRole === undefined ? [] : [readerRole]), ...keyUsers];
  return [...new Set(roles)].map((role) =>
    sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${role}`),
  );
}

/**
 * KMS marks Decrypt and GenerateDataKey as read-only (KMS developer guide, "Decrypt", "GenerateDataKey"). A rule with
 * the state ENABLED gets no read-only management events (EventBridge user guide, "Receiving read-only management events
 * from AWS services").
 */
const rule = (knownRoles: readonly object[]) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    Description: 'An unexpected principal used a key for deployments of AppConfig',
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    EventPattern: createPattern(knownRoles),
    Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['UnexpectedKeyUses', 'Arn'] } }],
  },
});

/**
 * Calls of AppConfig itself do not match: they are service events, which have another detail type, or their identity is
 * `AWSService`. A call that AppConfig makes for a principal has the principal's identity with `invokedBy` (CloudTrail
 * user guide, "CloudTrail userIdentity element"), so it matches unless the role is known. Users, root users and other
 * accounts have no role as session issuer.
 */
const createPattern = (knownRoles: readonly object[]) => ({
  source: ['aws.kms'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: {
    eventSource: ['kms.amazonaws.com'],
    eventName: ['Decrypt', { prefix: 'GenerateDataKey' }],
    requestParameters: {
      // AppConfig user guide, "Data encryption at rest for AWS AppConfig".
      encryptionContext: { 'aws:appconfig:deployment:arn': [{ prefix: sub(ownDeployments) }] },
    },
    userIdentity: {
      type: [{ 'anything-but': ['AWSService'] }],
      sessionContext: { sessionIssuer: { arn: [{ exists: false }, { 'anything-but': knownRoles }] } },
    },
  },
});

const ownDeployments =
  'arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:application/${Application}/';

const sub = (text: string) => ({ 'Fn::Sub': text });
