import { apiCall } from '../accounts/resource-event.ts';
import { installationName } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { CallEvents } from '../grants/contract.ts';
import { listCallEvents } from '../grants/kinds.ts';
import type { SpokeGrant } from './permissions.ts';
import { listSecretRegions, secretEvents } from './secret-events.ts';

/** The account and region of the hub. */
export interface Hub {
  readonly accountId: string;
  readonly region: string;
}

/** A rule that forwards events to the hub, and the regions in which it exists. */
export interface ForwardingRule {
  /** The logical id of the rule in the template. */
  readonly ruleId: string;
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
  /** Ordered, and at least one. */
  readonly regions: readonly string[];
  /** The name of the condition in the template that is true in these regions. */
  readonly condition: string;
}

/** Which events a central account forwards to the hub, and from which regions. */
export interface Forwarding {
  /** All regions in which a rule exists, ordered. At least one. */
  readonly regions: readonly string[];
  readonly rules: readonly ForwardingRule[];
}

interface Account {
  readonly configuration: Configuration;
  readonly accountId: string;
  readonly hub: Hub;
  readonly grants: readonly SpokeGrant[];
}

/**
 * `undefined` if the account forwards no events, because no pattern selects resources in it, and none of its secrets is
 * deployed.
 */
export function planForwarding(account: Account): Forwarding | undefined {
  const parts = [ofResources(account), ofSecrets(account)].filter(({ regions }) => regions.length > 0);
  if (parts.length === 0) return undefined;
  const { configuration } = account;
  return {
    regions: ordered(parts.flatMap(({ regions }) => regions)),
    rules: parts.flatMap(({ condition, regions, rules }) =>
      rules.map(({ name, ...rule }) => ({
        ...rule,
        name: `${installationName(configuration)}-${name}`,
        regions,
        condition,
      })),
    ),
  };
}

/** Rules that exist in the same regions. */
interface Part {
  readonly condition: string;
  readonly regions: readonly string[];
  readonly rules: readonly Omit<ForwardingRule, 'condition' | 'regions'>[];
}

function ofResources({ grants, accountId, hub }: Account): Part {
  const patterns = grants.filter(({ searches }) => searches.length > 0);
  const events = listCallEvents(patterns.map(({ kind }) => kind));
  const regions = patterns.flatMap(({ searches }) => searches.map(({ region }) => region));
  const rule = {
    ruleId: 'ResourceEventRule',
    name: 'resource-events',
    description: 'Resources have changed that patterns of account-onboarding may match',
    pattern: createResourceEventPattern(events),
  };
  return {
    condition: 'ForwardsResourceEvents',
    regions: events.length === 0 ? [] : elsewhere(regions, accountId, hub),
    rules: [rule],
  };
}

const ofSecrets = ({ configuration, accountId, hub }: Account): Part => ({
  condition: 'ForwardsSecretEvents',
  regions: elsewhere(listSecretRegions(configuration, accountId), accountId, hub),
  rules: secretEvents,
});

/**
 * The regions that must forward events. The hub's own region is excluded, because an event bus cannot forward events to
 * itself.
 */
const elsewhere = (regions: readonly string[], accountId: string, hub: Hub): readonly string[] =>
  ordered(regions.filter((region) => accountId !== hub.accountId || region !== hub.region));

const ordered = (regions: readonly string[]): readonly string[] => [...new Set(regions)].sort();

/** The event pattern for these calls. It also matches events about calls that failed, and runs ignore those. */
export const createResourceEventPattern = (events: readonly CallEvents[]): object => ({
  source: events.map(({ source }) => source),
  'detail-type': [apiCall],
  detail: {
    eventName: [...new Set(events.flatMap(({ names }) => names))].sort(),
    errorCode: [{ exists: false }],
  },
});
