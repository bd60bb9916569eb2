import type { AppliedPolicy } from '../iam/applied-policy.ts';
import type { HubClients } from '../platform/aws/access.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { createRecentReadings, type ReadOnce } from '../platform/recent-readings.ts';
import type { KeyReading } from './judge-keys.ts';
import type { PrincipalReading } from './judge-principal.ts';
import type { Services } from './services.ts';

/** Policies that several accounts of a run need. Each is read once. */
export interface PolicyReadings {
  /** A reading counts if it began later. Milliseconds since the epoch. */
  readonly since: number;
  /** The text of SCPs and RCPs by policy id, and of managed policies by ARN. */
  readonly documents: ReadOnce<string | undefined>;
  /** The SCPs or RCPs attached to a root, an OU or an account, by policy type and id. */
  readonly places: ReadOnce<readonly AppliedPolicy[]>;
  /** The keys that encrypt each resource, by the resource's key in the table (`kind/account/region/id`). */
  readonly contentKeys: ReadOnce<readonly KeyReading[]>;
  /** What was read of each KMS key, by account, region and id. */
  readonly keys: ReadOnce<KeyReading>;
  /** What was read of groups and roles of central accounts, by the resource's key in the table. */
  readonly principals: ReadOnce<PrincipalReading>;
}

/**
 * How many documents of each type stay in memory. AWS allows at most 6,144 characters for each, so this bounds the
 * memory.
 */
const maxKept = 2_000;

/**
 * How old a reading may be, in milliseconds. So a run that waits for member roles reads the policies again afterwards.
 */
const maxAge = 5 * 60_000;

const getKept = memoizeByObject((_: HubClients) => ({
  documents: createRecentReadings<string | undefined>(maxKept),
  places: createRecentReadings<readonly AppliedPolicy[]>(maxKept),
  contentKeys: createRecentReadings<readonly KeyReading[]>(maxKept),
  keys: createRecentReadings<KeyReading>(maxKept),
  principals: createRecentReadings<PrincipalReading>(maxKept),
}));

/**
 * During a burst, several runs in one process share what they have read. A run uses only readings that began after its
 * own start, so it sees every change from before its start.
 * @param startedAt when the run began, ISO 8601. Default: now
 */
export function createPolicyReadings(
  { clock, hub }: Pick<Services, 'clock' | 'hub'>,
  startedAt?: string,
): PolicyReadings {
  const kept = getKept(hub);
  const now = clock.now();
  const since = Math.max(startedAt === undefined ? now : Date.parse(startedAt), now - maxAge);
  return {
    since,
    documents: kept.documents.startReader(clock, since),
    places: kept.places.startReader(clock, since),
    contentKeys: kept.contentKeys.startReader(clock, since),
    keys: kept.keys.startReader(clock, since),
    principals: kept.principals.startReader(clock, since),
  };
}
