import type {
  ListRulesCommandInput,
  ListRulesCommandOutput,
  PutEventsCommandInput,
  PutEventsCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceOperations } from '../call.ts';
import { findContractViolations } from '../event-contract.ts';
import { findDenial } from '../permissions.ts';
import { makeRandomUuid } from '../world.ts';

/**
 * Amazon EventBridge: events on a bus are recorded. Source: EventBridge API reference, "PutEvents". EventBridge accepts
 * every event. The simulator refuses an event of this project that breaks its contract.
 */
export const eventbridge: ServiceOperations = {
  ListRules: defineOperation<ListRulesCommandInput, Omit<ListRulesCommandOutput, '$metadata'>>(
    ({ world, caller, region, input: { NamePrefix: prefix = '' } }) => {
      const resource = `arn:${world.settings.partition}:events:${region}:${caller.accountId}:rule/*`;
      const request = { action: 'events:ListRules', resource, resourceAccount: caller.accountId, region };
      const denial = findDenial(world, caller, request);
      if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
      const rules = [...world.eventRules].filter(([name]) => name.startsWith(prefix));
      return { Rules: rules.map(([Name, State]) => ({ Name, State })) };
    },
  ),

  PutEvents: defineOperation<PutEventsCommandInput, PutEventsCommandOutput>(
    ({ world, caller, region, input }) => {
      const entries = input.Entries ?? [];
      const denial = findDenial(world, caller, {
        action: 'events:PutEvents',
        resource: `arn:${world.settings.partition}:events:${region}:${caller.accountId}:event-bus/default`,
        resourceAccount: caller.accountId,
        region,
        // Keys with several values ("Using IAM policy conditions in Amazon EventBridge", user guide).
        context: {
          'events:source': entries.flatMap(({ Source }) => Source ?? []),
          'events:detail-type': entries.flatMap(({ DetailType }) => DetailType ?? []),
        },
      });
      if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
      if (entries.length === 0 || entries.length > 10)
        throw createAwsError('ValidationException', 'PutEvents takes between 1 and 10 entries');
      const violations = entries.flatMap(findContractViolations);
      world.contractViolations.push(...violations);
      if (violations.length > 0) throw createAwsError('EventContractError', violations.join('; '));
      world.putEvents.push(...entries.map((entry) => ({ ...entry })));
      return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: makeRandomUuid(world) })) };
    },
  ),
};
