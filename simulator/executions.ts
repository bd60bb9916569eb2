import { getTimestamp } from '../shared/platform/clock.ts';
import type { Services } from '../shared/reconcile/services.ts';
import type { DeployedMachine } from './deployed-machines.ts';
import { type FunctionInterceptor, runLocally } from './local-deployment.ts';
import type { SimulatedWorld } from './world.ts';

interface RunningExecutions {
  readonly world: SimulatedWorld;
  readonly services: Services;
  readonly around?: FunctionInterceptor;
}

/** Runs the executions that the API has started, one after the other, each to its end. */
export async function runStartedExecutions({ world, services, around }: RunningExecutions): Promise<void> {
  for (const execution of [...world.executions.values()].filter(({ status }) => status === 'RUNNING')) {
    const result = await runLocally({
      machine: getMachine(execution.stateMachineArn),
      services,
      name: execution.name,
      input: JSON.parse(execution.input),
      startedAt: getTimestamp(services.clock),
      ...(around === undefined ? {} : { around }),
    });
    // An execution that waits for an operator is still running.
    if (result.status === 'WAITING') return;
    world.executions.set(execution.arn, { ...execution, status: result.status });
  }
}

/** The names of the state machines end as in `infrastructure/state-machines.yml`. */
function getMachine(arn: string): DeployedMachine {
  if (arn.endsWith('-sweep')) return 'organization-sweep';
  return arn.endsWith('-deployment') ? 'config-deployment' : 'account-onboarding';
}
