import type { OrganizationEvent } from '../../../simulator/organization-event.ts';
import type { Stage } from './context.ts';

export interface Happening extends Stage {
  /** Delivers the event, or not. */
  announce(event: OrganizationEvent): void;
  /** An execution that must be over before the end. */
  running(execution: Promise<void>): void;
}

export type Act = (happening: Happening) => void;
