import type * as z from 'zod';
import { runEventSource } from '../runs/record/announce.ts';
import { approvalEvents, runEvents } from '../runs/record/events.ts';
import { rotatedEvent, rotatedEventDetail } from '../secrets/deployment/event.ts';

/** An event that this project puts on an event bus. */
export interface EventDeclaration {
  readonly source: string;
  readonly detailType: string;
  readonly detail: z.ZodType;
}

const aboutRuns = Object.entries({ ...runEvents, ...approvalEvents }).map(
  ([detailType, detail]): EventDeclaration => ({ source: runEventSource, detailType, detail }),
);

/** Every event that this project puts on an event bus. `scripts/json-schema.ts` publishes their schemas. */
export const eventContract: readonly EventDeclaration[] = [
  ...aboutRuns,
  { ...rotatedEvent, detail: rotatedEventDetail },
];
