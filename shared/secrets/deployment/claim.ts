import { ConcurrentUpdateError, type ErrorFields } from '../../platform/errors.ts';
import { type Delivery, type DeliveryKey, isUnfinished, type OutboxStore } from '../../store/ports.ts';
import { StoredItemError } from '../../store/stored-item-error.ts';
import { type ClaimResult, formatProblem } from './claim-result.ts';
import {
  createDelivery,
  type DeliveryRequest,
  isAskedAfter,
  isOvertaken,
  isSecretDelivery,
  restartDelivery,
  takeOver,
  targetPrefix,
  toDeliveryKey,
} from './delivery.ts';
import type { DeploymentServices } from './services.ts';

export interface Claim {
  readonly runId: string;
  /** When the run was started, by Step Functions' clock: the order of what people ask for. Default: now. */
  readonly askedAt?: number;
  /**
   * Deliveries of a secret that have ended and are begun again: none, or those that were not completed. A repeated event
   * begins nothing again, unless another version came in between; an operator does. Those of a hosted configuration, which
   * an operator alone asks for, are all begun again.
   */
  readonly restart: 'never' | 'incomplete';
}

/**
 * Puts a delivery into the outbox, or takes over one that its run has left.
 * @returns its key where the run has to take care of it; `undefined` where it is done, or another run is at it
 * @throws ConcurrentUpdateError where others are always quicker
 */
async function claimDelivery(
  { store: { outbox }, clock }: DeploymentServices,
  wanted: DeliveryRequest,
  claim: Claim,
): Promise<DeliveryKey | undefined> {
  const key = toDeliveryKey(wanted);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const known = await outbox.get(key);
    if (known !== undefined && known.runId === claim.runId) return isUnfinished(known) ? key : undefined;
    const next = await nextOf(outbox, { known, wanted, claim, now: clock.now() });
    if (next === undefined) return undefined;
    if (await outbox.put(next, known?.revision)) return next.runId === claim.runId ? key : undefined;
  }
  throw new ConcurrentUpdateError(
    `The delivery ${key.id} of ${key.source} was changed by others, again and again`,
  );
}

/** The same. An item that cannot be understood is a problem of its target, and keeps no other target from the version. */
export async function claimOrReport(
  services: DeploymentServices,
  wanted: DeliveryRequest,
  claim: Claim,
): Promise<ClaimResult> {
  try {
    const key = await claimDelivery(services, wanted, claim);
    return { deliveries: key === undefined ? [] : [key], problems: [] };
  } catch (thrown) {
    if (!(thrown instanceof StoredItemError)) throw thrown;
    return { deliveries: [], problems: [formatProblem(wanted.source, thrown)] };
  }
}

interface ClaimContext {
  readonly known: Delivery | undefined;
  readonly wanted: DeliveryRequest;
  readonly claim: Claim;
  readonly now: number;
}

/** `undefined` where there is nothing to do. */
function nextOf(outbox: OutboxStore, standing: ClaimContext): Promise<Delivery | undefined> {
  return isSecretDelivery(standing.wanted) ? nextOfSecret(outbox, standing) : nextOfHosted(outbox, standing);
}

/**
 * Nobody but the operator says which version of a hosted configuration is wanted: the one that was asked for last, whatever
 * the order is in which the runs get here. A wish that is older than what is known of its version changes nothing. One that
 * is on its way is begun anew where another was asked for since, so that it is not taken for the older wish; else its run
 * goes on with it as the younger one.
 */
async function nextOfHosted(
  outbox: OutboxStore,
  { known, wanted, claim, now }: ClaimContext,
): Promise<Delivery | undefined> {
  const { runId } = claim;
  const all = await outbox.listBySource(wanted.source, targetPrefix(wanted.target));
  const askedAt = momentOf(claim.askedAt ?? now, all, now);
  const wish = { runId, now, askedAt };
  if (known === undefined) return createDelivery(wanted, wish);
  const isOwned = known.ownedUntil > now;
  if (askedAt <= Date.parse(known.requestedAt))
    return isUnfinished(known) && !isOwned ? takeOver(known, { runId, now }) : undefined;
  const isOlder = all.some((other) => other.version !== wanted.version && isAskedAfter(other, known));
  if (!isUnfinished(known) || isOlder) return restartDelivery(known, wanted, wish);
  const younger = { ...known, requestedAt: new Date(askedAt).toISOString() };
  return isOwned ? { ...younger, revision: known.revision + 1 } : takeOver(younger, { runId, now });
}

/** What stands there with a moment that is still to come was asked for before, on a machine whose clock is fast. */
const momentOf = (askedAt: number, all: readonly Delivery[], now: number): number =>
  Math.max(
    askedAt,
    ...all.map(({ requestedAt }) => Date.parse(requestedAt) + 1).filter((moment) => moment > now + 1),
  );

async function nextOfSecret(
  outbox: OutboxStore,
  { known, wanted, claim: { runId, restart }, now }: ClaimContext,
): Promise<Delivery | undefined> {
  if (known === undefined) return createDelivery(wanted, { runId, now, askedAt: now });
  if (isUnfinished(known)) return known.ownedUntil > now ? undefined : takeOver(known, { runId, now });
  const begun =
    (restart === 'incomplete' && known.status !== 'complete') ||
    isOvertaken(known, await outbox.listBySource(wanted.source, targetPrefix(wanted.target)));
  return begun ? restartDelivery(known, wanted, { runId, now, askedAt: now }) : undefined;
}

interface Abandoned {
  readonly runId: string;
  /** Default: any. */
  readonly source?: string;
  /** Whether one that was given up for the time being is taken up again. */
  resumesPostponed(delivery: Delivery): boolean | Promise<boolean>;
}

/**
 * Takes over the deliveries that have not ended, or not for good, and that no run takes care of any more. Each that cannot be
 * understood is a problem.
 */
export async function claimAbandoned(
  { store: { outbox }, clock }: DeploymentServices,
  { runId, source, resumesPostponed }: Abandoned,
): Promise<ClaimResult> {
  const now = clock.now();
  const taken: DeliveryKey[] = [];
  const { items, unreadable } = await outbox.listOpen();
  for (const delivery of items) {
    const { id, revision } = delivery;
    const key = { source: delivery.source, id };
    if (source !== undefined && delivery.source !== source) continue;
    if (isUnfinished(delivery) && delivery.runId === runId) taken.push(key);
    else if (delivery.ownedUntil <= now && (isUnfinished(delivery) || (await resumesPostponed(delivery))))
      if (await outbox.put(takeOver(delivery, { runId, now }), revision)) taken.push(key);
  }
  const own = unreadable.filter(({ fields }) => source === undefined || isOf(source, fields));
  return { deliveries: taken, problems: own.map(({ name, message }) => `${name}: ${message}`) };
}

/** Whether the item of a delivery, as an error names it, is of the source. */
const isOf = (source: string, { pk, sk }: ErrorFields = {}): boolean =>
  pk === `OUTBOX#${source}` || String(sk).startsWith(`DELIVERY#${source}#`);
