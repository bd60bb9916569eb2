import type { HubClients } from '../../platform/aws/access.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Store } from '../../store/ports.ts';

/** What is needed to store and announce the end of a run. */
export interface RecordServices {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  readonly hub: Pick<HubClients, 'eventBridge' | 'sns'>;
}
