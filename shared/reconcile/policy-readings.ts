import type { AppliedPolicy } from '../iam/applied-policy.ts';
import type { HubClients } from '../platform/aws/access.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { createRecentReadings, type ReadOnce } from '../platform/recent-readings.ts';
import type { KeyReading } from './judge-keys.ts';
import type { PrincipalReading } from './judge-principal.ts';
import type { Services } from './services.ts';

/** Reads policies that several accounts need, each once for a run. */
export interface PolicyReadings {
  /** Documents of SCPs and RCPs by policy id, and of managed policies by ARN. */
  readonly documents: ReadOnce<string | undefined>;
  /** The SCPs or RCPs that are attached to a root, an OU or an account. By type of policy and id of the target. */
  readonly places: ReadOnce<readonly AppliedPolicy[]>;
  /** The keys that encrypt a resource, by the key under which the table stores the resource. */
  readonly contentKeys: ReadOnce<readonly KeyReading[]>;
  /** KMS keys, by account, region and id. */
  readonly keys: ReadOnce<KeyReading>;
  /** Groups and roles of central accounts, by the key of the resource in the table. */
  readonly principals: ReadOnce<PrincipalReading>;
}

/** How many documents of each type stay in memory. A document has at most 6,144 characters. */
const maxKept = 2_000;

/** After this time in milliseconds a reading is too old. A run that has waited reads the policies again. */
const maxAge = 5 * 60_000;

const getKept = memoizeByObject((_: HubClients) => ({
  documents: createRecentReadings<string | undefined>(maxKept),
  places: createRecentReadings<readonly AppliedPolicy[]>(maxKept),
  contentKeys: createRecentReadings<readonly KeyReading[]>(maxKept),
  keys: createRecentReadings<KeyReading>(maxKept),
  principals: createRecentReadings<PrincipalReading>(maxKept),
}));

/**
 * In a burst, the runs of one process share readings. A run never gets a reading from before its start, so it sees
 * every change before its start.
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
    documents: kept.documents.startReader(clock, since),
    places: kept.places.startReader(clock, since),
    contentKeys: kept.contentKeys.startReader(clock, since),
    keys: kept.keys.startReader(clock, since),
    principals: kept.principals.startReader(clock, since),
  };
}
