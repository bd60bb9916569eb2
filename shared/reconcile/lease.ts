import { ResourceBusyError } from '../grants/errors.ts';
import { requestTimeout } from '../platform/aws/request-handler.ts';
import { clockSkew } from '../platform/clock.ts';
import { LeaseLostError } from './errors.ts';
import type { Services } from './services.ts';

/**
 * How long a run may write a resource after it has taken the lease, in milliseconds. It may begin a write only in the
 * first part, `sendWindow`. A request lasts at most `requestTimeout`, and clocks differ by at most `clockSkew`. So
 * every write has ended before another run can take the lease (docs/decisions/0003).
 */
export const leaseDuration = 180_000;
export const sendWindow = leaseDuration - requestTimeout - clockSkew;

/**
 * How long a function waits for a lease, in milliseconds. Then it throws, and the state machine starts it again later.
 * So no function is paid for waiting.
 */
const patience = 5_000;

/**
 * The shortest and the longest pause between two attempts to take a lease, in milliseconds. A random part, at most
 * half, is subtracted, so that waiting runs do not all try at once.
 */
const pauses = { first: 250, most: 2_000 };

/**
 * How many milliseconds a run waits if waiting for all of `patience` would be useless. Either accounts of a burst still
 * arrive, or the holder has had the lease so long that it has probably died. The state machine waits for the rest of
 * the time.
 */
const briefly = 1_000;

export interface Lease {
  /** @throws LeaseLostError when it is too late to send a write */
  check(): void;
  /**
   * Does not release the lease at the end, so that it lasts until it expires. Needed when a write may still be in
   * progress.
   */
  keep(): void;
  /**
   * Ends the work with a save that also releases the lease.
   * @param save gets the owner of the lease; no owner if the lease must be kept
   */
  finish(save: (held: { readonly owner?: string }) => Promise<void>): Promise<void>;
}

/** What the state of a resource says about the lease: whether this run needs it, and when it may take it. */
export interface LeasePrecheck {
  /** Whether another run has already done the work of this run. */
  readonly settled: boolean;
  /** The earliest time at which the run may take the lease, in milliseconds since the epoch. Default: now. */
  readonly notBefore?: number;
}

/** The run that holds the lease at present. */
export interface LeaseHolder {
  readonly runId: string;
  /** When the lease expires, unless the run releases it earlier. ISO 8601. */
  readonly until: string;
}

/** How an operator's command waits for a lease: longer than a function, and with messages about the progress. */
export interface LeaseWait {
  /** The longest time to wait, in milliseconds. */
  readonly longest: number;
  /** Called after each attempt that failed because another run has the lease. */
  onHeld(holder: LeaseHolder): void;
  /** Whether the operator has interrupted the command, so that it stops waiting. */
  isInterrupted(): boolean;
}

export interface LeaseRequest {
  readonly resource: string;
  readonly runId: string;
  /** Default: the function waits for a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /**
   * Checks the state of the resource before each attempt. The run that has the lease may already have done this run's
   * work.
   */
  look(): Promise<LeasePrecheck>;
}

/**
 * Takes the lease of `resource`, runs `work`, and releases the lease. Returns `undefined` without `work` if another run
 * has done the work.
 * @throws ResourceBusyError if another run holds the lease for too long
 */
export async function withLease<T>(
  services: Services,
  { resource, runId, look, wait }: LeaseRequest,
  work: (lease: Lease) => Promise<T>,
): Promise<T | undefined> {
  const { clock, random } = services;
  // The lease belongs to one attempt of a run. If the attempt failed, its write may still be in progress, so a retry of
  // the run needs a lease of its own.
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
    const isBurst = early > 0 && waited > briefly;
    const isFar = wait === undefined && (early > patience || isBurst || attempt?.isStuck === true);
    if (isFar && waited < briefly) await clock.sleep(briefly);
    if (isFar || waited > (wait?.longest ?? patience) || wait?.isInterrupted())
      throw createBusyError(resource, holder);
    await clock.sleep(early + (pause * (1 + random())) / 2);
  }
}

/**
 * Tries once to take the lease. If it succeeds, `taken` is the time before the request, because the lease may have
 * begun then. Otherwise returns the run that has the lease, and `isStuck`: that run has had the lease for longer than
 * `patience`, and will keep it for longer than that.
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

/** `undefined` if the other run released the lease before its name could be read. */
const holderOf = (owner: string | undefined, until: number): { readonly holder?: LeaseHolder } =>
  owner === undefined ? {} : { holder: { runId: getRunId(owner), until: new Date(until).toISOString() } };

/** Stands between the id of a run and the id of its attempt in the name of a lease's owner. */
const ownerSeparator = '#';

/** The id of the run to which the owner of a lease belongs. */
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
  const lease: Lease = {
    check: () => {
      if (clock.now() >= taken + sendWindow) throw lost(resource);
    },
    keep: () => {
      release = false;
    },
    finish: async (save) => {
      await save(release ? { owner } : {});
      release = false;
    },
  };
  try {
    return await work(lease);
  } finally {
    if (release) await giveBack(services, { resource, owner, taken });
  }
}

/** Releases the lease. Only logs an error: the work is done, and the lease expires by itself. */
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
