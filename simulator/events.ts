import { getPartitionFacts } from '../shared/platform/partitions.ts';
import type { OrganizationEvent } from './organization-event.ts';
import { makeRandomUuid, type SimulatedWorld } from './world.ts';

interface CreatedAccount {
  readonly name: string;
  /** Absent if the creation failed. */
  readonly accountId?: string;
  readonly failureReason?: string;
}

/** Source: "Logging and monitoring in AWS Organizations", log entry `CreateAccountResult`. */
export const buildCreateAccountResult = (
  world: SimulatedWorld,
  { accountId, failureReason }: CreatedAccount,
) =>
  serviceEvent(world, organizationsRegionOf(world), 'organizations', 'CreateAccountResult', {
    createAccountStatus: {
      id: `car-${makeRandomUuid(world).replaceAll('-', '')}`,
      state: failureReason === undefined ? 'SUCCEEDED' : 'FAILED',
      accountName: '****',
      ...(accountId === undefined ? {} : { accountId }),
      ...(failureReason === undefined ? {} : { failureReason }),
      ...timestamps(world),
    },
  });

/** Source: as above, log entry `CloseAccountResult`. */
export const buildCloseAccountResult = (world: SimulatedWorld, accountId: string) =>
  serviceEvent(world, organizationsRegionOf(world), 'organizations', 'CloseAccountResult', {
    closeAccountStatus: { accountId, state: 'SUCCEEDED', ...timestamps(world) },
  });

interface ManagedAccount {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
}

/** Source: "Lifecycle events in AWS Control Tower". Arrives in Control Tower's home region. */
export const buildCreateManagedAccount = (world: SimulatedWorld, { id, name, parentId }: ManagedAccount) =>
  serviceEvent(world, world.settings.homeRegion, 'controltower', 'CreateManagedAccount', {
    createManagedAccountStatus: {
      organizationalUnit: {
        organizationalUnitName: world.organizationalUnits.get(parentId)?.name ?? 'Root',
        organizationalUnitId: parentId,
      },
      account: { accountName: name, accountId: id },
      state: 'SUCCEEDED',
      message: 'AWS Control Tower successfully created a managed account.',
      requestedTimestamp: isoSeconds(world),
      completedTimestamp: isoSeconds(world),
    },
  });

/** A call of the Organizations API, as CloudTrail reports it. */
export const buildApiCallEvent = (
  world: SimulatedWorld,
  eventName: string,
  requestParameters: object,
): OrganizationEvent =>
  envelope(world, organizationsRegionOf(world), 'organizations', 'AWS API Call via CloudTrail', {
    eventName,
    eventType: 'AwsApiCall',
    userIdentity: {
      type: 'AssumedRole',
      accountId: world.settings.managementAccountId,
      arn: `arn:${world.settings.partition}:sts::${world.settings.managementAccountId}:assumed-role/Administrator/person`,
    },
    requestParameters,
    responseElements: null,
  });

const serviceEvent = (
  world: SimulatedWorld,
  region: string,
  service: string,
  eventName: string,
  serviceEventDetails: object,
): OrganizationEvent =>
  envelope(world, region, service, 'AWS Service Event via CloudTrail', {
    eventName,
    eventType: 'AwsServiceEvent',
    userIdentity: { accountId: world.settings.managementAccountId, invokedBy: 'AWS Internal' },
    requestParameters: null,
    responseElements: null,
    serviceEventDetails,
  });

function envelope(
  world: SimulatedWorld,
  region: string,
  service: string,
  detailType: string,
  detail: Readonly<Record<string, unknown>>,
): OrganizationEvent {
  const { managementAccountId } = world.settings;
  return {
    version: '0',
    id: makeRandomUuid(world),
    'detail-type': detailType,
    source: `aws.${service}`,
    account: managementAccountId,
    time: isoSeconds(world),
    region,
    resources: [],
    detail: {
      eventVersion: '1.08',
      eventTime: isoSeconds(world),
      eventSource: `${service}.amazonaws.com`,
      awsRegion: region,
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      eventID: makeRandomUuid(world),
      readOnly: false,
      managementEvent: true,
      recipientAccountId: managementAccountId,
      eventCategory: 'Management',
      ...detail,
    },
  };
}

/** The region in which EventBridge gets all events of Organizations. Each partition has one. */
const organizationsRegionOf = ({ settings }: SimulatedWorld): string =>
  getPartitionFacts(settings.partition).organizationsRegion;

const isoSeconds = ({ settings }: SimulatedWorld): string =>
  new Date(settings.clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');

const timestamps = (world: SimulatedWorld) => ({
  requestedTimestamp: cloudTrailTime(world),
  completedTimestamp: cloudTrailTime(world),
});

/** The time in the form of CloudTrail's service events, such as `Sep 16, 2020 9:20:50 PM`. */
function cloudTrailTime({ settings }: SimulatedWorld): string {
  const at = new Date(settings.clock.now());
  const date = americanDate.format(at);
  const hour = at.getUTCHours();
  const clock = [hour % 12 || 12, twoDigits(at.getUTCMinutes()), twoDigits(at.getUTCSeconds())].join(':');
  return `${date} ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}

const americanDate = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  month: 'short',
  day: 'numeric',
  year: 'numeric',
});

const twoDigits = (value: number): string => String(value).padStart(2, '0');
