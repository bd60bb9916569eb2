import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { clockSkew } from '../../shared/platform/clock.ts';
import type { DoctorContext, Problem } from './prerequisite.ts';
import { toRoleArn } from './writable.ts';

/** How many seconds the session lasts: the shortest time that STS allows (STS API reference, "AssumeRole"). */
const seconds = 900;

/**
 * Compares the clock of this computer with AWS's clock, which follows from the end of a session that STS returns. The
 * difference matters: AWS rejects requests whose signature is more than five minutes early or late, and leases of
 * resources last only minutes.
 */
export async function findClockProblems({
  installation: { services },
  configuration,
}: DoctorContext): Promise<readonly Problem[]> {
  const [account] = Object.values(configuration.centralAccounts);
  if (account === undefined) return [];
  const request = { RoleArn: toRoleArn(configuration, account.id), RoleSessionName: 'doctor' };
  const { Credentials } = await services.hub.sts.send(
    new AssumeRoleCommand({ ...request, DurationSeconds: seconds }),
  );
  const timeOfAws = (Credentials?.Expiration?.getTime() ?? 0) - seconds * 1_000;
  const difference = services.clock.now() - timeOfAws;
  if (Math.abs(difference) <= clockSkew) return [];
  const side = difference > 0 ? 'ahead of' : 'behind';
  return [
    {
      message: `the clock of this machine is ${Math.round(Math.abs(difference) / 1_000)} seconds ${side} AWS`,
      fix: 'sudo chronyc makestep, or turn on the time synchronization of the machine',
    },
  ];
}
