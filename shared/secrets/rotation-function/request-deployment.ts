import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ServiceUnavailableError } from '../../platform/aws/errors.ts';
import { rotatedEvent } from '../deployment/event.ts';

/**
 * Requests it by an event on the bus of the function's own account and region. Rules forward it like Secrets Manager's
 * events. It carries only ids.
 * @throws ServiceUnavailableError if EventBridge does not accept it
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
    // PutEvents succeeds even if an entry was rejected (EventBridge API reference).
    if ((FailedEntryCount ?? 0) > 0)
      throw new ServiceUnavailableError(`EventBridge did not accept the event: ${Entries?.[0]?.ErrorCode}`);
  };
