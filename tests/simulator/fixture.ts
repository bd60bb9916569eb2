import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import {
  type AccountClients,
  awsAccess,
  type HubClients,
  hubClients,
} from '../../shared/platform/aws/access.ts';
import type { Clock, Random } from '../../shared/platform/clock.ts';
import { SimulatedOrganization } from '../../simulator/organization.ts';

export const management = '111122223333';
export const hub = '222233334444';
export const log = '444455556666';
export const security = '555566667777';
export const shared = '777788889999';
export const member = '888899990000';

export const region = 'us-east-1';
export const bucketArn = 'arn:aws:s3:::example-logs';
export const groupName = 'Developers';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(start = Date.parse('2026-03-01T21:20:50Z')): TestClock {
  let now = start;
  const advance = (milliseconds: number) => {
    now += milliseconds;
  };
  return { now: () => now, advance, sleep: async (milliseconds) => advance(milliseconds) };
}

/** Park and Miller's generator: enough to be different, and the same each time. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export const policy = (...statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

export const text = (...statements: Statement[]): string => JSON.stringify(policy(...statements));

export const trustHub = policy({ Effect: 'Allow', Principal: { AWS: hub }, Action: 'sts:AssumeRole' });

const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

export interface SimulatorEnv {
  readonly organization: SimulatedOrganization;
  readonly clock: TestClock;
  readonly keyArn: string;
  readonly repositoryArn: string;
  readonly secretArn: string;
  readonly topicArn: string;
  clients(accountId: string, inRegion?: string): AccountClients;
  readonly hubClients: HubClients;
}

/** An organization with a log, a security and a shared account, each with a spoke role that may do anything. */
export function createSimulatorEnv(permissions: PolicyDocument = everything): SimulatorEnv {
  const clock = testClock();
  const organization = new SimulatedOrganization({
    organizationId: 'o-example1234',
    managementAccountId: management,
    rootId: 'r-abcd',
    hubAccountId: hub,
    clock,
    random: seeded(7),
  });
  organization.addOu({ id: 'ou-abcd-workloads', name: 'Workloads', parentId: 'r-abcd' });
  for (const [id, name] of Object.entries({ [log]: 'log', [security]: 'security', [shared]: 'shared' })) {
    organization.addAccount({ id, name });
    organization.addRole({ accountId: id, name: 'account-onboarding-spoke', trust: trustHub, permissions });
  }
  organization.addAccount({ id: member, name: 'workload-1', parentId: 'ou-abcd-workloads' });
  organization.addBucket({ accountId: log, name: 'example-logs' });
  organization.addGroup({ accountId: security, name: groupName });
  return {
    organization,
    clock,
    keyArn: organization.addKey({ accountId: shared, id: '1234abcd-12ab-34cd-56ef-1234567890ab' }),
    repositoryArn: organization.addRepository({ accountId: shared, name: 'example/image' }),
    secretArn: organization.addSecret({ accountId: shared, name: 'example/database' }),
    topicArn: organization.addTopic({ accountId: hub, name: 'onboarding' }),
    clients: (accountId, inRegion = region) => clientsOf(organization, clock, accountId, inRegion),
    hubClients: hubClients({ ...hubSettings(organization), region }),
  };
}

const hubSettings = (organization: SimulatedOrganization) => ({
  region,
  credentials: organization.hubCredentials,
  plugins: [organization.plugin()],
});

const clientsOf = (organization: SimulatedOrganization, clock: Clock, accountId: string, inRegion: string) =>
  awsAccess({
    ...hubSettings(organization),
    partition: 'aws',
    spokeRole: 'account-onboarding-spoke',
    runId: 'run-1',
    clock,
  }).writer({ accountId, region: inRegion }, () => {});

/** What AWS said, underneath the project's own error where there is one. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** @throws Error where the call succeeded */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Error)) throw new Error('The call was not refused');
  const error = thrown.cause instanceof Error ? thrown.cause : thrown;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
}
