import { ResourceBusyError } from '../grants/errors.ts';
import { requestTimeout } from '../platform/aws/request-handler.ts';
import { clockSkew } from '../platform/clock.ts';
import { LeaseLostError } from './errors.ts';
import type { Services } from './services.ts';

/**
 * How long a lease lasts, in milliseconds. The holder may begin a write only during the first `sendWindow`. Each
 * request ends within `requestTimeout`, and clocks differ by `clockSkew` at most. So no write is under way when another
 * run takes the lease (docs/decisions/0003).
 */
export const leaseDuration = 180_000;
export const sendWindow = leaseDuration - requestTimeout - clockSkew;

/** How many milliseconds a run waits for a lease. Then it throws, and the state machine retries the step later. */
const patience = 5_000;

/**
 * The first and the longest pause between two attempts to take a lease, in milliseconds. A random part, at most half,
 * is subtracted.
 */
const pauses = { first: 250, most: 2_000 };

/**
 * How many milliseconds a run waits if waiting for all of `patience` would be useless. Either the batch window ends
 * later, or the holder has had the lease so long that it has probably died. The state machine waits for the rest of the
 * time.
 */
const briefly = 1_000;

export interface Lease {
  /** @throws LeaseLostError when it is too late to send a write */
  check(): void;
  /** Keeps the lease until it expires, because a write may still be under way. */
  keep(): void;
}

/** What the state of a resource says before a run takes the lease. */
export interface LeasePrecheck {
  /** Whether another run has done the work, so that this run needs no lease. */
  readonly settled: boolean;
  /** The earliest time at which the run may take the lease, in milliseconds since the epoch. Default: now. */
  readonly notBefore?: number;
}

/** The run that has the lease now. */
export interface LeaseHolder {
  readonly runId: string;
  /** When the lease expires, unless the run releases it earlier. ISO 8601. */
  readonly until: string;
}

/** For commands of an operator: they wait for a lease longer than a function may, and show progress. */
export interface LeaseWait {
  /** Milliseconds. */
  readonly longest: number;
  /** Called after each attempt for which another run has the lease. */
  onHeld(holder: LeaseHolder): void;
  /** Whether the operator has stopped waiting. */
  isInterrupted(): boolean;
}

export interface LeaseRequest {
  readonly resource: string;
  readonly runId: string;
  /** Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /** Called before each attempt. The run that has the lease may do the work of this run too. */
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
  // The owner is an attempt of a run. A retry of the run must not use the lease of an earlier attempt, which may still
  // be writing.
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
 * Tries to take the lease once. If this succeeds, `taken` is the time before the request, so that the run never assumes
 * a longer lease than it has. Otherwise: the holder, and whether it is stuck. A holder is stuck if it has had the lease
 * for more than `patience`, and keeps it for longer than that.
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

/** `undefined` if the lease was released before its holder could be read. */
const holderOf = (owner: string | undefined, until: number): { readonly holder?: LeaseHolder } =>
  owner === undefined ? {} : { holder: { runId: getRunId(owner), until: new Date(until).toISOString() } };

/** Separates the id of a run from the id of its attempt, in the name of an owner. */
const ownerSeparator = '#';

/** The run that the owner of a lease belongs to. */
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

/** Releases the lease. It does not throw: the work is done, and the lease expires by itself. */
async function giveBack({ store, logger }: Services, { resource, owner }: Held): Promise<void> {
  try {
    await store.leases.release(resource, owner);
  } catch (error) {
    logger.warn('A lease could not be released. It expires by itself', { resource, error });
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
    `The lease of ${resource} expires in a moment, so the write was not sent. Start the run again`,
    {
      resource,
    },
  );
