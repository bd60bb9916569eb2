import { getGrantContext } from '../configuration/context.ts';
import { getTimestamp } from '../platform/clock.ts';
import type { ReconcileContext } from './context.ts';
import { listAccesses } from './judge-access.ts';
import type { KeyReading } from './judge-keys.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { readContentKeys } from './read-content-keys.ts';
import { readPrincipal } from './read-principals.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import type { RecordedReadings } from './recorded-readings.ts';
import type { Services } from './services.ts';
import { wasReconciledJustNow } from './write-batching.ts';

/**
 * During a burst, reads once what the verifications of many runs need, besides the policy of the resource. Otherwise
 * each run would read it again, and AWS would throttle most of the calls. Outside of a burst, each verification reads
 * for itself.
 * @returns `undefined` outside of a burst, or if nothing was read. An error of a read never makes the update fail
 */
export async function readForVerification(
  services: Services,
  { runId, gathers = false }: ReconcileRequest,
  { active: { configuration }, desired, state }: ReconcileContext,
): Promise<RecordedReadings | undefined> {
  if (!gathers || !wasReconciledJustNow(state, services.clock.now())) return undefined;
  const context = getGrantContext(configuration);
  // All accounts of a grant have the same kinds of accesses, so one account is enough.
  const accesses = desired.shares.flatMap(({ accounts: [account] }) =>
    account === undefined ? [] : listAccesses(desired, account, context),
  );
  if (accesses.length === 0) return undefined;
  const at = getTimestamp(services.clock);
  const request = {
    runId,
    configuration,
    readings: createPolicyReadings(services),
    onlyAccountId: desired.ref.accountId,
  };
  const [principal, keys] = await Promise.all([
    readPrincipal(services, request, desired).catch(() => undefined),
    accesses.some(({ keyUse }) => keyUse !== undefined)
      ? readContentKeys(services, request, desired).catch(() => undefined)
      : undefined,
  ]);
  const known = {
    ...(principal?.outcome === 'read' ? { principal } : {}),
    ...(keys?.every(isRead) === true ? { keys } : {}),
  };
  return Object.keys(known).length === 0 ? undefined : { at, ...known };
}

const isRead = ({ outcome }: KeyReading): boolean => outcome !== 'unreadable';
