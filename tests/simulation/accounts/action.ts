import type { OrganizationEvent } from '../../../simulator/organization-event.ts';
import type { SimulationContext } from './context.ts';

export interface ActionContext extends SimulationContext {
  /** Delivers the event, or drops it. */
  announce(event: OrganizationEvent): void;
  /** An execution that must be over before the end. */
  running(execution: Promise<void>): void;
}

export type Action = (happening: ActionContext) => void;
