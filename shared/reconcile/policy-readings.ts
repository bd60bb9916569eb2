import type { AppliedPolicy } from '../iam/applied-policy.ts';
import type { HubClients } from '../platform/aws/access.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { createRecentReadings, type ReadOnce } from '../platform/recent-readings.ts';
import type { Services } from './services.ts';

/** Reads policies that many accounts share, each once for a run. */
export interface PolicyReadings {
  /** Documents of SCPs and RCPs by their ids, and of managed policies by their ARNs. */
  readonly documents: ReadOnce<string | undefined>;
  /** The SCPs or RCPs that are attached to a root, an OU or an account, by kind and id. */
  readonly places: ReadOnce<readonly AppliedPolicy[]>;
}

/** How many of each are kept. A document has at most 6,144 characters. */
const maxKept = 2_000;

/** A run that has waited reads again what is older, in milliseconds. */
const maxAge = 5 * 60_000;

const getKept = memoizeByObject((_: HubClients) => ({
  documents: createRecentReadings<string | undefined>(maxKept),
  places: createRecentReadings<readonly AppliedPolicy[]>(maxKept),
}));

/**
 * In a burst, the runs that one process serves share what they read. A run never gets what was read before it began, so it sees
 * each change that was made before.
 * @param startedAt when the run began, ISO 8601. Default: now
 */
export function createPolicyReadings(
  { clock, hub }: Pick<Services, 'clock' | 'hub'>,
  startedAt?: string,
): PolicyReadings {
  const { documents, places } = getKept(hub);
  const now = clock.now();
  const since = Math.max(startedAt === undefined ? now : Date.parse(startedAt), now - maxAge);
  return { documents: documents.startReader(clock, since), places: places.startReader(clock, since) };
}
