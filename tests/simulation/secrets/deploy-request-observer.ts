import type { Delivery } from '../../../shared/store/ports.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';

/** The subject of a start. */
interface Start {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly version: string;
}

export interface DeployRequestObserver {
  /** All hosted configurations with a claimed delivery. */
  readonly sources: ReadonlySet<string>;
  /** A delivery was stored. */
  stored(delivery: Delivery): void;
  /** A start is about to take effect. */
  starts(start: Start): void;
}

interface DeployRequest {
  readonly version: string;
  readonly requestedAt: string;
  /** When it was stored: milliseconds since the epoch. */
  readonly at: number;
}

/**
 * A start relies on a read from the half minute before it was sent, and takes effect within three quarters of a minute.
 * A request that was stored before that read was visible.
 */
const longestSight = 80_000;

/** For hosted configurations: no missing version is claimed, and every start is for the last request. */
export function observeDeployRequests(
  { appConfig }: SimulatedWorld,
  violated: (what: string) => void,
): DeployRequestObserver {
  const wishes = new Map<string, DeployRequest[]>();
  const sources = new Set<string>();
  return {
    sources,
    stored: ({ source, status, version, target, requestedAt }) => {
      if (!source.startsWith('appconfig:') || status !== 'claimed') return;
      sources.add(source);
      const versions = appConfig.applications.get(target.application)?.profiles.get(target.profile)?.versions;
      if (versions !== undefined && versions[Number(version) - 1] === undefined)
        violated(`version ${version} of ${target.profile} was claimed, and does not exist`);
      const requests = wishes.get(keyOf(target)) ?? [];
      if (requests.some((wish) => wish.version === version && wish.requestedAt === requestedAt)) return;
      wishes.set(keyOf(target), [...requests, { version, requestedAt, at: Date.now() }]);
    },
    starts: (start) => {
      const last = (wishes.get(keyOf(start)) ?? []).toSorted(byMoment).at(-1);
      if (last === undefined || last.version === start.version) return;
      if (Date.now() - last.at > longestSight)
        violated(
          `version ${start.version} of ${start.profile} was started, though ${last.version} was requested after it`,
        );
    },
  };
}

const keyOf = ({ application, environment, profile }: Omit<Start, 'version'>): string =>
  [application, environment, profile].join('/');

const byMoment = (a: DeployRequest, b: DeployRequest): number =>
  a.requestedAt.localeCompare(b.requestedAt) || Number(a.version) - Number(b.version);
