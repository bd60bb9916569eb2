import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getGrantKind, listCallEvents } from '../grants/kinds.ts';
import { createResourceEventPattern } from './forwarding.ts';
import { listSecretRegions, secretEvents } from './secret-events.ts';

/** What the configuration needs of the rules in `infrastructure/rules.yml`. */
export interface HubRules {
  /** Their names in the template. The hub does not create them. */
  readonly unneeded: readonly string[];
  /** The calls that `ResourceCallRule` must match. Absent if no pattern discovers resources. */
  readonly resourceEventPattern?: object;
}

/**
 * Without patterns no call about a resource starts a run, and without secrets nothing is deployed. The scheduled check also continues
 * deployments of hosted configurations, so it is needed for `applications` without secrets. Pure.
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

function listSearchedKinds(configuration: Configuration) {
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
