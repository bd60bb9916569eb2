import type { OrganizationEvent } from './organization-event.ts';
import type { SimulatedSecret } from './simulated-resources.ts';
import { makeRandomUuid, type SimulatedWorld } from './world.ts';

/** Source: Secrets Manager user guide, "Secret Label Updated event". Arrives in the secret's account and region. */
export const buildSecretLabelUpdated = (
  world: SimulatedWorld,
  secret: SimulatedSecret,
  { label, versionId }: { readonly label: string; readonly versionId: string },
): OrganizationEvent => ({
  ...envelope(world, secret),
  'detail-type': 'Secret Label Updated',
  resources: [secret.arn],
  detail: { name: secret.name, labelUpdated: label, versionId },
});

/** Source: Secrets Manager user guide, "Log AWS Secrets Manager events with AWS CloudTrail". It has no version id. */
export const buildRotationEnded = (
  world: SimulatedWorld,
  secret: SimulatedSecret,
  eventName: 'RotationSucceeded' | 'RotationFailed',
): OrganizationEvent => ({
  ...envelope(world, secret),
  'detail-type': 'AWS Service Event via CloudTrail',
  resources: [],
  detail: {
    eventVersion: '1.08',
    userIdentity: { accountId: secret.accountId, invokedBy: 'secretsmanager.amazonaws.com' },
    eventTime: isoSeconds(world),
    eventSource: 'secretsmanager.amazonaws.com',
    eventName,
    awsRegion: secret.region,
    sourceIPAddress: 'secretsmanager.amazonaws.com',
    userAgent: 'secretsmanager.amazonaws.com',
    requestParameters: null,
    responseElements: null,
    additionalEventData: { SecretId: secret.arn },
    eventID: makeRandomUuid(world),
    readOnly: false,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: secret.accountId,
    eventCategory: 'Management',
  },
});

const envelope = (world: SimulatedWorld, { accountId, region }: SimulatedSecret) => ({
  version: '0' as const,
  id: makeRandomUuid(world),
  source: 'aws.secretsmanager',
  account: accountId,
  time: isoSeconds(world),
  region,
});

const isoSeconds = ({ settings }: SimulatedWorld): string =>
  new Date(settings.clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
