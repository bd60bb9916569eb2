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

/** A rule that sends events to the hub, in each of its regions. */
export interface ForwardingRule {
  /** The logical id of its resource in the template. */
  readonly ruleId: string;
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
  /** Ordered. At least one. */
  readonly regions: readonly string[];
  /** The name of these regions in the template. */
  readonly condition: string;
}

/** The events that a central account sends to the hub, and the regions that send them. */
export interface Forwarding {
  /** The regions of all rules together. Ordered. At least one. */
  readonly regions: readonly string[];
  readonly rules: readonly ForwardingRule[];
}

interface Account {
  readonly configuration: Configuration;
  readonly accountId: string;
  readonly hub: Hub;
  readonly grants: readonly SpokeGrant[];
}

/** `undefined` if the account sends no events: it has no patterns, and no secret is deployed. */
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

/** Rules that share their regions. */
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

/** A bus cannot forward to itself. */
const elsewhere = (regions: readonly string[], accountId: string, hub: Hub): readonly string[] =>
  ordered(regions.filter((region) => accountId !== hub.accountId || region !== hub.region));

const ordered = (regions: readonly string[]): readonly string[] => [...new Set(regions)].sort();

/** The pattern of a rule for these events. CloudTrail also sends events of failed calls. */
export const createResourceEventPattern = (events: readonly CallEvents[]): object => ({
  source: events.map(({ source }) => source),
  'detail-type': [apiCall],
  detail: {
    eventName: [...new Set(events.flatMap(({ names }) => names))].sort(),
    errorCode: [{ exists: false }],
  },
});
