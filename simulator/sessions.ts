import type { AwsCredentialIdentity } from '@smithy/types';
import type { SimulatedRole, SimulatedUser } from './simulated-resources.ts';
import { type Caller, makeRandomText, type SessionFacts, type SimulatedWorld } from './world.ts';

/**
 * The default duration of a session. It is also the longest duration if a role session assumes the role ("AssumeRole",
 * STS API reference).
 */
const sessionDuration = 60 * 60_000;

export interface OpenedSession {
  readonly credentials: AwsCredentialIdentity & { readonly sessionToken: string };
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Credentials of a role, valid until they expire. */
export const openSession = (
  world: SimulatedWorld,
  role: SimulatedRole,
  sessionName: string,
  duration = sessionDuration,
  session: SessionFacts = {},
): OpenedSession => openTemporary(world, { ...toRoleCaller(world, role, sessionName), session }, duration);

/** Temporary credentials of any caller. */
export function openTemporary(world: SimulatedWorld, caller: Caller, duration: number): OpenedSession {
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

/**
 * Marks credentials as those that a process finds in its environment. While a function runs, its role replaces them.
 */
export function markOfProcess({ sessions }: SimulatedWorld, { accessKeyId }: AwsCredentialIdentity): void {
  const session = sessions.get(accessKeyId);
  if (session !== undefined) sessions.set(accessKeyId, { ...session, ofProcess: true });
}

/** Long-term credentials of a user: an access key. */
export function createAccessKey(world: SimulatedWorld, userArn: string): AwsCredentialIdentity {
  const user = world.users.get(userArn);
  if (user === undefined) throw new Error(`There is no user ${userArn}`);
  const accessKeyId = `AKIA${makeRandomText(world, 16)}`;
  world.sessions.set(accessKeyId, { caller: toUserCaller(user), expiresAt: Number.POSITIVE_INFINITY });
  return { accessKeyId, secretAccessKey: makeRandomText(world, 40) };
}

const toUserCaller = ({ accountId, arn, uniqueId }: SimulatedUser): Caller => ({
  type: 'user',
  accountId,
  roleArn: arn,
  sessionArn: arn,
  roleId: uniqueId,
});

/** A session of a role, in the form that the services use. */
export const toRoleCaller = (
  { settings }: SimulatedWorld,
  role: SimulatedRole,
  sessionName: string,
): Caller => ({
  accountId: role.accountId,
  roleArn: role.arn,
  roleId: role.uniqueId,
  sessionArn: `arn:${settings.partition}:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
});
