import type { AwsCredentialIdentity } from '@smithy/types';
import type { SimulatedRole } from './simulated-resources.ts';
import { type Caller, makeRandomText, type SimulatedWorld } from './world.ts';

/** The default duration of a session, and the longest of a chained one ("AssumeRole", STS API reference). */
const sessionDuration = 60 * 60_000;

export interface OpenedSession {
  readonly credentials: AwsCredentialIdentity & { readonly sessionToken: string };
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Credentials of a role, good from now on until they expire. */
export function openSession(
  world: SimulatedWorld,
  role: SimulatedRole,
  sessionName: string,
  duration = sessionDuration,
): OpenedSession {
  const caller = callerOf(world, role, sessionName);
  const expiresAt = world.settings.clock.now() + duration;
  const accessKeyId = `ASIA${makeRandomText(world, 16)}`;
  world.sessions.set(accessKeyId, { caller, expiresAt });
  return {
    caller,
    expiresAt,
    credentials: {
      accessKeyId,
      secretAccessKey: makeRandomText(world, 40),
      sessionToken: makeRandomText(world, 64),
    },
  };
}

const callerOf = ({ settings }: SimulatedWorld, role: SimulatedRole, sessionName: string): Caller => ({
  accountId: role.accountId,
  roleArn: role.arn,
  roleId: role.uniqueId,
  sessionArn: `arn:${settings.partition}:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
});
