import type { OrganizationEvent } from './organization-event.ts';
import { type Caller, makeRandomUuid, type SimulatedWorld } from './world.ts';

/** A use of a key. */
export interface KeyUse {
  readonly keyArn: string;
  readonly action: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
  /** The AWS service that uses the key on behalf of the caller. Default: the caller itself calls KMS. */
  readonly service?: string;
}

/**
 * Sends the CloudTrail event for a use that KMS has allowed. These events have separate listeners, because they are
 * many. The event is created only if there is a listener.
 */
export function announceKeyUse(world: SimulatedWorld, caller: Caller, use: KeyUse): void {
  if (world.keyUseListeners.length === 0) return;
  const event = buildKeyUse(world, caller, use);
  for (const listener of [...world.keyUseListeners]) listener(structuredClone(event));
}

/**
 * Sources: KMS developer guide, "Decrypt", "GenerateDataKey"; CloudTrail user guide, "CloudTrail userIdentity element",
 * also for `invokedBy` beside the caller. It is not confirmed that AppConfig's requests have this form.
 */
function buildKeyUse(
  world: SimulatedWorld,
  caller: Caller,
  { keyArn, action, encryptionContext, service }: KeyUse,
): OrganizationEvent {
  const [, , , region = '', accountId = ''] = keyArn.split(':');
  const time = new Date(world.settings.clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  return {
    version: '0',
    id: makeRandomUuid(world),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.kms',
    account: caller.accountId,
    time,
    region,
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: {
        ...identify(caller),
        ...(service === undefined ? {} : { invokedBy: service }),
      },
      eventTime: time,
      eventSource: 'kms.amazonaws.com',
      eventName: action.replace('kms:', ''),
      awsRegion: region,
      sourceIPAddress: service ?? '192.0.2.0',
      userAgent: service ?? 'aws-sdk',
      requestParameters: { keyId: keyArn, encryptionContext },
      responseElements: null,
      eventID: makeRandomUuid(world),
      readOnly: true,
      resources: [{ accountId, type: 'AWS::KMS::Key', ARN: keyArn }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: caller.accountId,
      eventCategory: 'Management',
    },
  };
}

function identify({ type, accountId, roleArn, roleId, sessionArn }: Caller) {
  if (type === 'service') return { type: 'AWSService', invokedBy: roleArn };
  const userName = roleArn.split('/').at(-1);
  if (type === 'user') return { type: 'IAMUser', principalId: roleId, arn: roleArn, accountId, userName };
  const sessionIssuer = { type: 'Role', principalId: roleId, arn: roleArn, accountId, userName };
  return {
    type: 'AssumedRole',
    principalId: `${roleId}:${sessionArn.split('/').at(-1)}`,
    arn: sessionArn,
    accountId,
    sessionContext: { sessionIssuer },
  };
}
