import type { PutEventsCommandInput, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceOperations } from '../call.ts';
import { denialOf } from '../permissions.ts';
import { randomUuid } from '../world.ts';

/** Amazon EventBridge: what is put on a bus is recorded. Source: EventBridge API reference, "PutEvents". */
export const eventbridge: ServiceOperations = {
  PutEvents: operation<PutEventsCommandInput, PutEventsCommandOutput>(({ world, caller, region, input }) => {
    const entries = input.Entries ?? [];
    const denial = denialOf(world, caller, {
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
    if (denial !== undefined) throw awsError('AccessDeniedException', denial);
    if (entries.length === 0 || entries.length > 10)
      throw awsError('ValidationException', 'PutEvents takes between 1 and 10 entries');
    world.putEvents.push(...entries.map((entry) => ({ ...entry })));
    return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: randomUuid(world) })) };
  }),
};
