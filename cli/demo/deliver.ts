import { performance } from 'node:perf_hooks';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { explainNotStarted, runLocally } from '../../simulator/local-deployment.ts';
import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import type { StateEvent } from '../../simulator/run-state-machine.ts';
import { countWrites, createRunReport, type RunReport } from '../run-report.ts';
import { passTime } from '../simulated-time.ts';
import { forgetCalls, type Simulation } from '../simulation.ts';

/** An event that was delivered to EventBridge, and the run that it started. */
export interface Delivered {
  readonly event: OrganizationEvent;
  readonly report: RunReport;
  readonly changes: readonly ResourceChange[];
  readonly writes: number;
}

/**
 * Delivers an event: through the rules of infrastructure/rules.yml to the state machine.
 * @throws Error if no rule matches it, since the demo would show nothing
 */
export async function deliverEvent(
  { services, calls }: Simulation,
  event: OrganizationEvent,
  { name, onState }: { name: string; onState: (event: StateEvent) => void },
): Promise<Delivered> {
  const reason = await explainNotStarted(event);
  if (reason !== undefined) throw new Error(reason);
  forgetCalls(calls);
  const start = performance.now();
  const result = await runLocally({ services, name, input: event, onState, around: passTime(services) });
  const durationMs = Math.round(performance.now() - start);
  const ended = await createRunReport(services.store, {
    runId: name,
    result,
    calls: { ...calls },
    durationMs,
  });
  return { event, ...ended, writes: countWrites(ended.report.calls) };
}

/** Makes a change in the organization, and returns the single event about it. */
export function captureEvent({ organization }: Simulation, act: () => void): OrganizationEvent {
  const events: OrganizationEvent[] = [];
  const stop = organization.onEvent((event) => events.push(event));
  act();
  stop();
  const [event] = events;
  if (event === undefined) throw new Error('The organization announced nothing');
  return event;
}
