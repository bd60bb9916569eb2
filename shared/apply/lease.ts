import { requestTimeout } from '../aws/access.ts';
import { clockSkew } from '../clock.ts';
import { LeaseLostError, ResourceBusyError } from '../errors.ts';
import type { Services } from '../services.ts';

/**
 * How long a lease lasts. A holder may send until `sendWindow` after it took the lease; a request sent then has
 * ended `requestTimeout` later, and `clockSkew` is left for clocks that differ. A function with the lease ends
 * within the send window, so none can write after another has taken the lease (docs/decisions/0003).
 */
export const leaseDuration = 180_000;
export const sendWindow = leaseDuration - requestTimeout - clockSkew;

/** How long a run waits for another's lease before it leaves the waiting to the state machine. */
const patience = 5_000;

/** Between two attempts: at first, and at most, in milliseconds; half of it at random. */
const pauses = { first: 250, most: 2_000 };

/**
 * How long it waits where that cannot be enough: the time to ask is known and further away, or another has had the lease for
 * longer than most writes take, and may have died. The state machine waits for the rest.
 */
const briefly = 1_000;

export interface Lease {
  /** @throws LeaseLostError when it is too late to send a write */
  check(): void;
  /** Leaves the lease to run out instead of giving it back: a write may still be on its way. */
  keep(): void;
}

/** What is known of a resource before its lease is asked for. */
export interface LeaseLook {
  /** Another run has done our work. */
  readonly settled: boolean;
  /** The lease is asked for from then on, milliseconds since the epoch. Default: at once. */
  readonly notBefore?: number;
}

export interface LeaseRequest {
  readonly resource: string;
  readonly runId: string;
  /** Asked before each attempt, since the run that holds the lease may do our work. */
  look(): Promise<LeaseLook>;
}

/**
 * Runs `work` while holding the lease of `resource`; the result is `undefined` where it is settled without us.
 * @throws ResourceBusyError when the lease was not to be had in time
 */
export async function withLease<T>(
  services: Services,
  { resource, runId, look }: LeaseRequest,
  work: (lease: Lease) => Promise<T>,
): Promise<T | undefined> {
  const { clock, random } = services;
  // Not the run's id alone: a retry of the run must not take the lease of an attempt that may still be writing.
  const owner = `${runId}#${random().toString(36).slice(2)}`;
  const start = clock.now();
  for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.most)) {
    const { settled, notBefore = 0 } = await look();
    if (settled) return undefined;
    const early = Math.max(0, notBefore - clock.now());
    const attempt = early === 0 ? await ask(services, resource, owner) : undefined;
    if (attempt?.taken !== undefined)
      return holding(services, { resource, owner, taken: attempt.taken }, work);
    const waited = clock.now() - start;
    const isFar = early > patience || attempt?.isStuck === true;
    if (isFar && waited < briefly) await clock.sleep(briefly);
    if (isFar || waited > patience) throw busy(resource);
    await clock.sleep(early + (pause * (1 + random())) / 2);
  }
}

/**
 * When it was taken, by our clock before it was asked for; or whether another has had it for long already, and may keep it
 * for longer than we wait, as far as clocks agree.
 */
async function ask({ store, clock }: Services, resource: string, owner: string) {
  const now = clock.now();
  const { taken, until } = await store.leases.acquire(resource, owner, now, now + leaseDuration);
  if (taken) return { taken: now };
  const left = until - now;
  return { isStuck: left > patience && leaseDuration - left > patience };
}

interface Held {
  readonly resource: string;
  readonly owner: string;
  readonly taken: number;
}

async function holding<T>(
  services: Services,
  { resource, owner, taken }: Held,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { clock } = services;
  let release = true;
  const lease = {
    check: () => {
      if (clock.now() >= taken + sendWindow) throw lost(resource);
    },
    keep: () => {
      release = false;
    },
  };
  try {
    return await work(lease);
  } finally {
    if (release) await giveBack(services, { resource, owner, taken });
  }
}

/** What was done stays done when the lease cannot be given back: it ends by itself. */
async function giveBack({ store, logger }: Services, { resource, owner }: Held): Promise<void> {
  try {
    await store.leases.release(resource, owner);
  } catch (error) {
    logger.warn('A lease could not be given back, and ends by itself', { resource, error });
  }
}

export const busy = (resource: string): ResourceBusyError =>
  new ResourceBusyError(`${resource} is being written by another run; try again in a moment`, { resource });

const lost = (resource: string): LeaseLostError =>
  new LeaseLostError(`The lease of ${resource} is about to end, so the write was not sent; run again`, {
    resource,
  });
