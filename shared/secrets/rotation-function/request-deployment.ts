import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ServiceUnavailableError } from '../../platform/aws/errors.ts';
import { rotatedEvent } from '../deployment/event.ts';

/**
 * Asks by an event on the bus of the function's own account and region, from where it is forwarded as Secrets Manager's
 * events are. It carries ids only.
 * @throws ServiceUnavailableError where EventBridge does not take it
 */
export const requestByEvent =
  (client: EventBridgeClient) =>
  async ({
    secretId,
    versionId,
  }: {
    readonly secretId: string;
    readonly versionId: string;
  }): Promise<void> => {
    const { source: Source, detailType: DetailType } = rotatedEvent;
    const Detail = JSON.stringify({ secretId, versionId });
    const { FailedEntryCount, Entries } = await client.send(
      new PutEventsCommand({ Entries: [{ Source, DetailType, Detail, Resources: [secretId] }] }),
    );
    // PutEvents succeeds even where an entry was refused (EventBridge API reference).
    if ((FailedEntryCount ?? 0) > 0)
      throw new ServiceUnavailableError(`EventBridge did not take the event: ${Entries?.[0]?.ErrorCode}`);
  };
