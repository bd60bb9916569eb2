import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ServiceUnavailableError } from '../../platform/aws/errors.ts';
import { rotatedEvent } from '../deployment/event.ts';

/**
 * Requests the deployment with an event on the default event bus of the function's own account and region. Rules
 * forward it to the hub, like the events of Secrets Manager. It contains only ids.
 * @throws ServiceUnavailableError if EventBridge does not accept the event
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
    // PutEvents succeeds even if EventBridge rejects the entry (EventBridge API reference).
    if ((FailedEntryCount ?? 0) > 0)
      throw new ServiceUnavailableError(`EventBridge did not accept the event: ${Entries?.[0]?.ErrorCode}`);
  };
