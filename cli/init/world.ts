import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { CallCounts } from '../../shared/platform/aws/plugins.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import type { Session } from '../command.ts';
import { formatCount } from '../output.ts';
import { exampleConfiguration } from '../package-files.ts';
import { connect, createLogger } from '../services.ts';
import type { Simulation } from '../simulation.ts';
import { createSimulation } from '../simulation.ts';

/** Where init reads. The accounts are kept in memory, because init stores nothing in AWS. */
export interface InitWorld {
  readonly services: Services;
  readonly calls: CallCounts;
  /** Where init reads, for the screen. */
  readonly where: string;
}

/** AWS with the caller's credentials. The table of an installation is not used, even if `ONBOARDING_TABLE` is set. */
export const connectToAws = (session: Session): InitWorld =>
  connect(
    { ...session, io: { ...session.io, env: { ...session.io.env, ONBOARDING_TABLE: undefined } } },
    { memoryAllowed: 'anywhere' },
  );

/**
 * The organization of the example, as it might be before this project is installed: with log policies, aliases and a
 * role to read with.
 */
export async function simulateOrganization(session: Session, role: string): Promise<InitWorld> {
  const simulation = createSimulation(await loadConfiguration(exampleConfiguration), {
    logger: createLogger(session),
  });
  addReaderRoles(simulation, role);
  addLogPolicies(simulation);
  session.io.prepareWorld?.(simulation.organization);
  const { services, calls, organization } = simulation;
  const size = formatCount(organization.world.accounts.size, 'account');
  return { services, calls, where: `a simulated organization of ${size}` };
}

/** Adds the role that Organizations creates in each account that it creates. */
function addReaderRoles({ organization, configuration }: Simulation, role: string): void {
  const { partition } = configuration;
  const { accounts, settings } = organization.world;
  const allow = (statement: object) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, ...statement }],
  });
  for (const accountId of accounts.keys())
    organization.addRole({
      accountId,
      name: role,
      trust: allow({
        Principal: { AWS: `arn:${partition}:iam::${settings.hubAccountId}:root` },
        Action: 'sts:AssumeRole',
      }),
      permissions: allow({ Action: '*', Resource: '*' }),
    });
}

/** Lets CloudTrail of the bucket's account write to the first bucket, and gives each key an alias. */
function addLogPolicies({ organization }: Simulation): void {
  const { world } = organization;
  for (const bucket of world.buckets.values())
    if (/trail/.test(bucket.arn))
      bucket.policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'OwnTrail',
            Effect: 'Allow',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 's3:PutObject',
            Resource: `${bucket.arn}/AWSLogs/${bucket.accountId}/*`,
          },
        ],
      });
  for (const [index, [arn, key]] of [...world.keys].entries())
    world.keys.set(arn, { ...key, alias: `alias/${index === 0 ? 'logs' : `shared-${index}`}` });
}
