import { installationName } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import { accountEvents } from './account-events.ts';
import { createAlarmTopic } from './alarm-topic.ts';
import { createDelegationPolicy } from './delegation-policy.ts';
import { renderForwarderResources } from './forwarder.ts';
import type { Forwarding, Hub } from './forwarding.ts';
import { getAccountForwarderName } from './names.ts';
import { substitutePseudoParameters } from './pseudo-parameters.ts';
import { createRegionConditions } from './region-conditions.ts';
import { applyStackOptions } from './stack-options.ts';
import type { Template } from './template.ts';

export interface ManagementRequest {
  readonly configuration: Configuration;
  readonly hub: Hub;
  /**
   * The home region of Control Tower. Absent if the organization has no Control Tower, or if its home region is also
   * the region of Organizations.
   */
  readonly controlTowerRegion?: string | undefined;
  /** ARNs of roles and users that may read the organization, in addition to the hub's functions. Default: none. */
  readonly operators?: readonly string[];
  /** Whether the template has the delegation policy. Default: it has if the hub is in another account. */
  readonly delegates?: boolean;
}

export interface ManagementTemplate {
  readonly template: Template;
  /**
   * The regions in which to deploy the template. The first must come first, because it creates the role and the policy.
   */
  readonly regions: readonly string[];
}

/**
 * The template for the management account, if the hub is in another account or region. It has rules that forward events
 * about accounts, and the delegation policy. `undefined` if the hub gets these events without it. Pure.
 */
export function renderManagementTemplate(request: ManagementRequest): ManagementTemplate | undefined {
  const { configuration, hub, delegates = true } = request;
  const forwarding = planAccountForwarding(request);
  const [home] = forwarding.regions;
  if (home === undefined) return undefined;
  const { managementAccount } = configuration.organization;
  const regions = createRegionConditions(home, forwarding);
  const alarmTopic = createAlarmTopic(configuration);
  const role = {
    name: getAccountForwarderName(configuration),
    description: 'Puts events about accounts on the bus of account-onboarding',
  };
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description:
      `${installationName(configuration)}: what the management account ${managementAccount} needs, since the hub is in ` +
      `account ${hub.accountId}, ${hub.region}; made by onboarding management-template`,
    Parameters: alarmTopic.parameters,
    Conditions: { ...regions.conditions, ...alarmTopic.conditions },
    Resources: {
      ...renderForwarderResources({ role, hub, home, forwarding, regions, alarmTopic }),
      ...(delegates && hub.accountId !== managementAccount
        ? { DelegationPolicy: delegationPolicy(request) }
        : {}),
    },
  };
  return {
    template: applyStackOptions(substitutePseudoParameters(template), configuration, forwarding.regions),
    regions: forwarding.regions,
  };
}

/** The region of Organizations comes first, because its stack creates the role. */
function planAccountForwarding({ configuration, hub, controlTowerRegion }: ManagementRequest): Forwarding {
  const { organizationsRegion } = getPartitionFacts(configuration.partition);
  const isElsewhere = (region: string) =>
    hub.accountId !== configuration.organization.managementAccount || hub.region !== region;
  const rules = accountEvents
    .map(({ isOfControlTower, name, ...rule }) => {
      const further = isOfControlTower ? (controlTowerRegion ?? organizationsRegion) : organizationsRegion;
      const regions = [...new Set([organizationsRegion, further])].filter(isElsewhere);
      return {
        ...rule,
        name: `${installationName(configuration)}-${name}`,
        regions,
        condition: isOfControlTower ? 'ForwardsAccountEvents' : 'ForwardsAccountCalls',
      };
    })
    .filter(({ regions }) => regions.length > 0);
  return { regions: [...new Set(rules.flatMap(({ regions }) => regions))], rules };
}

const delegationPolicy = ({ configuration, hub, operators }: ManagementRequest) => ({
  Type: 'AWS::Organizations::ResourcePolicy',
  Condition: 'IsHome',
  Properties: {
    Content: createDelegationPolicy({
      configuration,
      hubAccountId: hub.accountId,
      ...(operators === undefined ? {} : { operators }),
    }),
  },
});
