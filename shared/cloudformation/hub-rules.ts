import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getGrantKind, listCallEvents } from '../grants/kinds.ts';
import { createResourceEventPattern } from './forwarding.ts';
import { listSecretRegions, secretEvents } from './secret-events.ts';

/** Which of the rules in `infrastructure/rules.yml` this configuration needs. */
export interface HubRules {
  /** Logical ids of rules that the hub does not need. They are not created. */
  readonly unneeded: readonly string[];
  /** The event pattern of `ResourceCallRule`. Absent if no grant selects resources by a pattern. */
  readonly resourceEventPattern?: object;
}

/**
 * Which rules the hub needs. If no grant has a pattern, events about resources start no run. If no secret is deployed,
 * no event starts a deployment. The scheduled check also continues deployments of hosted configurations. So it is
 * needed for `applications` even without secrets. Pure.
 */
export function planHubRules(configuration: Configuration): HubRules {
  const events = listCallEvents(listSearchedKinds(configuration));
  const { applications = [], secretDeployment } = configuration;
  const isScheduled = secretDeployment !== undefined || applications.length > 0;
  return {
    unneeded: [
      ...(events.length === 0 ? ['ResourceCallRule'] : []),
      ...(hasSecrets(configuration) ? [] : secretEvents.map(({ ruleId }) => ruleId)),
      ...(isScheduled ? [] : ['UnfinishedDeploymentsRule']),
    ],
    ...(events.length === 0 ? {} : { resourceEventPattern: createResourceEventPattern(events) }),
  };
}

/** The kinds of grants that select resources by patterns. */
export function listSearchedKinds(configuration: Configuration) {
  const context = getGrantContext(configuration);
  const kinds = configuration.grants
    .filter((entry) => (getGrantKind(entry.kind).discovery?.listSearches(entry, context) ?? []).length > 0)
    .map(({ kind }) => kind);
  return [...new Set(kinds)].map(getGrantKind);
}

const hasSecrets = (configuration: Configuration): boolean =>
  Object.values(configuration.centralAccounts).some(
    ({ id }) => listSecretRegions(configuration, id).length > 0,
  );
