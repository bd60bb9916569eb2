import type { OrganizationEvent } from './organization-event.ts';
import { type Caller, makeRandomUuid, type SimulatedWorld } from './world.ts';

/** A use of a key by a service in the caller's name. */
export interface KeyUse {
  /** ARN, id or ARN of an alias. */
  readonly keyArn: string;
  readonly action: string;
  /** Condition keys, those of the encryption context among them. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Tells of a use that KMS has allowed. Such events are many, so they have listeners of their own, and without a listener
 * none is made.
 */
export function announceKeyUse(world: SimulatedWorld, caller: Caller, use: KeyUse): void {
  if (world.keyUseListeners.length === 0) return;
  const event = buildKeyUse(world, caller, use);
  for (const listener of [...world.keyUseListeners]) listener(structuredClone(event));
}

/**
 * Sources: KMS developer guide, "Decrypt", "GenerateDataKey"; for `invokedBy` beside the caller, CloudTrail user guide,
 * "CloudTrail userIdentity element". That AppConfig's requests look so is not confirmed.
 */
function buildKeyUse(
  world: SimulatedWorld,
  caller: Caller,
  { keyArn, action, context }: KeyUse,
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
      userIdentity: identify(caller),
      eventTime: time,
      eventSource: 'kms.amazonaws.com',
      eventName: action.replace('kms:', ''),
      awsRegion: region,
      sourceIPAddress: 'appconfig.amazonaws.com',
      userAgent: 'appconfig.amazonaws.com',
      requestParameters: { keyId: keyArn, encryptionContext: getEncryptionContext(context) },
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

const identify = ({ accountId, roleArn, roleId, sessionArn }: Caller) => ({
  type: 'AssumedRole',
  principalId: `${roleId}:${sessionArn.split('/').at(-1)}`,
  arn: sessionArn,
  accountId,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: roleId,
      arn: roleArn,
      accountId,
      userName: roleArn.split('/').at(-1),
    },
  },
  invokedBy: 'appconfig.amazonaws.com',
});

const prefix = 'kms:EncryptionContext:';

const getEncryptionContext = (context: KeyUse['context']) =>
  Object.fromEntries(
    Object.entries(context).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
