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
  /**
   * When Step Functions started the run, in milliseconds since the epoch. Requests of operators are ordered by this
   * time. Default: now.
   */
  readonly askedAt?: number;
  /**
   * Which deliveries that have ended begin again: none, or those that did not complete. An event that EventBridge
   * delivers twice starts none again, unless another version came in between. An operator's request starts those again
   * that did not complete. For hosted configurations, which only operators request, every delivery begins again.
   */
  readonly restart: 'never' | 'incomplete';
}

/**
 * Stores a delivery for this run, or takes over a delivery whose run has died.
 * @returns its key if this run must work on it; `undefined` if it is done, or if another run works on it
 * @throws ConcurrentUpdateError if another writer comes first in every attempt
 */
async function claimDelivery(
  { store: { outbox }, clock }: DeploymentServices,
  wanted: DeliveryRequest,
  claim: Claim,
): Promise<DeliveryKey | undefined> {
  const key = toDeliveryKey(wanted);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const stored = await outbox.get(key);
    if (stored !== undefined && stored.runId === claim.runId) return isUnfinished(stored) ? key : undefined;
    const next = await nextOf(outbox, { known: stored, wanted, claim, now: clock.now() });
    if (next === undefined) return undefined;
    if (await outbox.put(next, stored?.revision)) return next.runId === claim.runId ? key : undefined;
  }
  throw new ConcurrentUpdateError(
    `The delivery ${key.id} of ${key.source} was changed by another run during each attempt`,
  );
}

/**
 * Like `claimDelivery`. But if the stored item is malformed, that is a problem of its target only, and all other
 * targets still get the version.
 */
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

/** The delivery to store. `undefined` if there is nothing to do. */
function nextOf(outbox: OutboxStore, standing: ClaimContext): Promise<Delivery | undefined> {
  return isSecretDelivery(standing.wanted) ? nextOfSecret(outbox, standing) : nextOfHosted(outbox, standing);
}

/**
 * For hosted configurations, the operator's latest request wins, whichever run comes first. So a request that is older
 * than the stored delivery changes nothing. Suppose that somebody requested another version after the stored delivery.
 * Then the new request begins the delivery again, because with its old time it would lose against that version.
 * Otherwise the delivery continues, with the time of the new request.
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

/**
 * The time by which a request is ordered. A stored time in the future comes from a computer with a fast clock. The
 * present request is later all the same, so its time is set after the stored one.
 */
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
  /** The source whose deliveries to take over. Default: every source. */
  readonly source?: string;
  /** Whether a suspended delivery continues where it stopped. */
  resumesPostponed(delivery: Delivery): boolean | Promise<boolean>;
}

/**
 * Takes over unfinished and suspended deliveries on which no run works any more. A malformed item becomes a problem in
 * the result.
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

/** Whether an error is about the item of a delivery of this source: a secret, or a configuration profile. */
const isOf = (source: string, { pk, sk }: ErrorFields = {}): boolean =>
  pk === `OUTBOX#${source}` || String(sk).startsWith(`DELIVERY#${source}#`);
