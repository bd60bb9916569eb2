import { ResourceBusyError } from '../grants/errors.ts';
import { requestTimeout } from '../platform/aws/request-handler.ts';
import { clockSkew } from '../platform/clock.ts';
import { LeaseLostError } from './errors.ts';
import type { Services } from './services.ts';

/**
 * How long a lease lasts, in milliseconds. The holder may send a write until `sendWindow` after it took the lease. That request ends
 * within `requestTimeout`, and clocks may differ by `clockSkew`. So no write is under way when another run takes the lease
 * (docs/decisions/0003).
 */
export const leaseDuration = 180_000;
export const sendWindow = leaseDuration - requestTimeout - clockSkew;

/** How long a run waits for a lease in milliseconds. Then it throws, and the state machine waits and retries the step. */
const patience = 5_000;

/** The first and the longest pause between two attempts, in milliseconds. Each pause is shortened at random, by half at most. */
const pauses = { first: 250, most: 2_000 };

/**
 * How long a run waits, in milliseconds, if `patience` would not be enough: the batch window ends later, or another run has had the
 * lease for longer than most writes take and may have died. The state machine waits for the rest.
 */
const briefly = 1_000;

export interface Lease {
  /** @throws LeaseLostError when it is too late to send a write */
  check(): void;
  /** Lets the lease expire instead of releasing it: a write may still be under way. */
  keep(): void;
}

/** What a run knows about a resource before it asks for the lease. */
export interface LeasePrecheck {
  /** Whether another run has done the work of this run. */
  readonly settled: boolean;
  /** When the run may ask for the lease, milliseconds since the epoch. Default: now. */
  readonly notBefore?: number;
}

/** The run that holds a lease. */
export interface LeaseHolder {
  readonly runId: string;
  /** When the lease ends if the run does not release it before, ISO 8601. */
  readonly until: string;
}

/** How an operator waits for a lease: longer than a function may, and with progress. */
export interface LeaseWait {
  /** Milliseconds. */
  readonly longest: number;
  /** Called after each attempt that finds the lease held. */
  onHeld(holder: LeaseHolder): void;
  /** Whether the operator has stopped waiting. */
  isInterrupted(): boolean;
}

export interface LeaseRequest {
  readonly resource: string;
  readonly runId: string;
  /** Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /** Called before each attempt, because the run that holds the lease may do the work of this run too. */
  look(): Promise<LeasePrecheck>;
}

/**
 * Runs `work` while this run holds the lease of `resource`. The result is `undefined` if another run has done the work.
 * @throws ResourceBusyError if another run holds the lease for too long
 */
export async function withLease<T>(
  services: Services,
  { resource, runId, look, wait }: LeaseRequest,
  work: (lease: Lease) => Promise<T>,
): Promise<T | undefined> {
  const { clock, random } = services;
  // Not the run's id alone: a retry of the run must not take the lease of an attempt that may still be writing.
  const owner = `${runId}${ownerSeparator}${random().toString(36).slice(2)}`;
  const start = clock.now();
  for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.most)) {
    const { settled, notBefore = 0 } = await look();
    if (settled) return undefined;
    const early = Math.max(0, notBefore - clock.now());
    const attempt = early === 0 ? await ask(services, resource, owner) : undefined;
    if (attempt?.taken !== undefined)
      return holding(services, { resource, owner, taken: attempt.taken }, work);
    const waited = clock.now() - start;
    const holder = attempt?.holder;
    if (wait !== undefined && holder !== undefined) wait.onHeld(holder);
    const isFar = wait === undefined && (early > patience || attempt?.isStuck === true);
    if (isFar && waited < briefly) await clock.sleep(briefly);
    if (isFar || waited > (wait?.longest ?? patience) || wait?.isInterrupted())
      throw createBusyError(resource, holder);
    await clock.sleep(early + (pause * (1 + random())) / 2);
  }
}

/**
 * When this run took the lease, read from the clock before it asked. Otherwise who holds the lease, and whether the holder has had it
 * for long and may keep it for longer than this run waits.
 */
async function ask({ store, clock }: Services, resource: string, owner: string) {
  const now = clock.now();
  const {
    taken,
    until,
    owner: other,
  } = await store.leases.acquire(resource, owner, now, now + leaseDuration);
  if (taken) return { taken: now };
  const left = until - now;
  return { isStuck: left > patience && leaseDuration - left > patience, ...holderOf(other, until) };
}

/** `undefined` for a lease that was released while it was read. */
const holderOf = (owner: string | undefined, until: number): { readonly holder?: LeaseHolder } =>
  owner === undefined ? {} : { holder: { runId: getRunId(owner), until: new Date(until).toISOString() } };

/** Between the id of a run and its attempt. */
const ownerSeparator = '#';

/** The run that an owner of a lease belongs to. */
export const getRunId = (owner: string): string => owner.split(ownerSeparator)[0] ?? owner;

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

/** Does not throw: the work is done, and the lease expires by itself. */
async function giveBack({ store, logger }: Services, { resource, owner }: Held): Promise<void> {
  try {
    await store.leases.release(resource, owner);
  } catch (error) {
    logger.warn('A lease could not be given back, and ends by itself', { resource, error });
  }
}

export const createBusyError = (resource: string, holder?: LeaseHolder): ResourceBusyError =>
  new ResourceBusyError(
    holder === undefined
      ? `${resource} is busy: another run writes it, or collects accounts for its next write. This run did not change ` +
          'it. Start the run again in a minute'
      : `${resource} is held by run ${holder.runId} until ${holder.until}: the run writes it, or ended without ` +
          `releasing the lease. This run did not change it. Start the run again after ${holder.until}`,
    { resource, ...(holder === undefined ? {} : { holder }) },
  );

const lost = (resource: string): LeaseLostError =>
  new LeaseLostError(
    `The lease of ${resource} ends in a moment, so the write was not sent. Start the run again`,
    {
      resource,
    },
  );
