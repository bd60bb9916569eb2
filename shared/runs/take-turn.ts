import { RegistrationTimeoutError } from '../accounts/errors.ts';
import { ConcurrentUpdateError } from '../platform/errors.ts';
import type { Services } from '../reconcile/services.ts';

/**
 * The time from one turn to the next, in milliseconds. Of the calls that a registration makes, Organizations allows
 * ListParents least often: five times a second ("Quotas and service limits for AWS Organizations").
 */
const interval = 200;

/** How long the turns of one registration may take in all, in seconds: 18,000 accounts take that long. */
const longestWait = 3_600;

/** How often a run tries to store its turn while other runs store theirs. */
const maxAttempts = 20;

export interface TurnStep {
  readonly accountId: string;
  /** How many seconds the registration of the account has waited for earlier turns. */
  readonly waitedSeconds: number;
}

export interface Turn {
  /** How many seconds to wait before the next attempt. */
  readonly waitSeconds: number;
  /** How many seconds the registration will have waited in all. */
  readonly waitedSeconds: number;
}

/**
 * Decides when a run tries again to register an account after AWS has throttled it. The turns of all runs follow each
 * other as fast as Organizations allows. So nearly every attempt succeeds, and the accounts keep their order.
 * @throws RegistrationTimeoutError if the registration has waited for an hour
 */
export async function takeTurn(
  services: Pick<Services, 'clock' | 'random' | 'store'>,
  { accountId, waitedSeconds }: TurnStep,
): Promise<Turn> {
  if (waitedSeconds >= longestWait)
    throw new RegistrationTimeoutError(
      `AWS has throttled the registration of account ${accountId} for an hour, so the account was not registered, and no ` +
        'policy was changed for it. Find out who calls Organizations so often, then start the run again',
      { accountId },
    );
  const turn = await reserve(services);
  const waitSeconds = Math.max(1, Math.ceil((turn - services.clock.now()) / 1_000));
  return { waitSeconds, waitedSeconds: waitedSeconds + waitSeconds };
}

/** Stores the next free turn, and returns its time in milliseconds since the epoch. */
async function reserve({
  clock,
  random,
  store: { registry },
}: Pick<Services, 'clock' | 'random' | 'store'>): Promise<number> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const now = clock.now();
    const last = await registry.getLastTurn();
    const turn = Math.max(now, isPlausible(last, now) ? last : 0) + interval;
    if (await registry.putLastTurn(turn, last)) return turn;
    await clock.sleep(random() * 50 * attempt);
  }
  throw new ConcurrentUpdateError(
    `Other runs took each turn of the registration first, ${maxAttempts} times. Start the run again`,
    { attempts: maxAttempts },
  );
}

/** A turn that is too far away comes from a machine with a fast clock. */
const isPlausible = (turn: number | undefined, now: number): turn is number =>
  turn !== undefined && turn <= now + longestWait * 1_000;
