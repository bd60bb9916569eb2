import { type Application, locateApplication } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getSpokeRole } from '../platform/central-accounts.ts';
import { createAlarmTopic } from './alarm-topic.ts';
import type { ApplicationRequest } from './application-request.ts';
import { renderWatchedQueue } from './watched-queue.ts';

/**
 * An alarm for unexpected uses of a key: another principal than the known roles has used it for this application's
 * deployments. A rule matches CloudTrail's events about the key, a queue keeps them, and the alarm watches the queue.
 * Empty if no profile has a key of its own.
 *
 * A metric filter could do the same, but it needs the log group of the trail, which is in another account.
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

/** Whether the template has this alarm, because a profile has a key of its own. */
export const watchesKeys = ({ profiles }: Application): boolean =>
  profiles.some(({ key }) => key !== undefined);

/** The roles that may use the key: the spoke role that deploys, the role of readers, and the roles under `keyUsers`. */
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
 * A rule for events about uses of the key. It must match read-only events as well, because KMS marks Decrypt and
 * GenerateDataKey as read-only (KMS developer guide, "Decrypt", "GenerateDataKey"). A rule with the state ENABLED does
 * not get read-only events (EventBridge user guide, "Receiving read-only management events from AWS services").
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
 * The event pattern of the rule. It must not match AppConfig's own calls. These are service events with another detail
 * type, or their identity is `AWSService`. If AppConfig calls KMS for a principal, the event has the identity of that
 * principal and `invokedBy` (CloudTrail user guide, "CloudTrail userIdentity element"). So the pattern matches, unless
 * the principal is a known role. Users, root users and other accounts have no role as session issuer.
 */
const createPattern = (knownRoles: readonly object[]) => ({
  source: ['aws.kms'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: {
    eventSource: ['kms.amazonaws.com'],
    eventName: ['Decrypt', { prefix: 'GenerateDataKey' }],
    requestParameters: {
      // The encryption context of AppConfig's calls ("Data encryption at rest for AWS AppConfig", AppConfig user
      // guide).
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
