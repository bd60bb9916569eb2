import { readFile } from 'node:fs/promises';
import type { Context } from 'aws-lambda';
import { timestamp } from '../shared/clock.ts';
import type { Services } from '../shared/services.ts';
import { functions } from './functions.ts';
import { matchingRules, rulesOf } from './rules.ts';
import { runStateMachine, type StateEvent, type StateMachineResult } from './run-state-machine.ts';
import type { StateMachineText } from './state-machine-definition.ts';
import type { StateFunction } from './task-handler.ts';

const projectFile = (name: string): URL => new URL(`../${name}`, import.meta.url);

export interface LocalRun {
  readonly services: Services;
  /** Name of the execution, which is the run's id. */
  readonly name: string;
  /** An EventBridge event or a manual input. */
  readonly input: unknown;
  /** Default: `none`, since nothing is waited for in a simulation. */
  readonly waits?: 'none' | 'real';
  readonly onState?: (event: StateEvent) => void;
}

/**
 * Runs the deployed state machine file with the deployed handlers, in this process. An execution that ends where
 * the machine cannot catch gets its record from the function that the rule on failed executions calls.
 */
export async function runLocally(run: LocalRun): Promise<StateMachineResult> {
  const { services, name, input, waits = 'none', onState } = run;
  const startedAt = timestamp(services.clock);
  const result = await runStateMachine({
    definition: await accountOnboarding(),
    functions: boundFunctions(services),
    input,
    name,
    startedAt,
    stateMachine: 'account-onboarding',
    waits,
    ...(onState === undefined ? {} : { onState }),
  });
  if (result.status === 'FAILED') await afterFailedExecution(services, name, startedAt, result);
  return result;
}

const accountOnboarding = async (): Promise<StateMachineText> =>
  JSON.parse(await readFile(projectFile('statemachines/account-onboarding.asl.json'), 'utf8'));

/** The deployed handlers with these services, by the token of their ARN. */
const boundFunctions = (services: Services): Readonly<Record<string, StateFunction>> =>
  Object.fromEntries(
    Object.entries(functions).map(([token, createHandler]) => {
      const handler = createHandler(() => services);
      return [token, (event) => handler(event, lambdaContext(token))];
    }),
  );

/** What the handlers look at in a Lambda context: the request id, in their logs. */
const lambdaContext = (name: string): Context =>
  ({ functionName: name.replace(/FunctionArn$/, ''), awsRequestId: `local-${name}` }) as Context;

async function afterFailedExecution(
  services: Services,
  name: string,
  startedAt: string,
  { error, cause }: StateMachineResult,
): Promise<void> {
  const detail = { name, status: 'FAILED', startDate: Date.parse(startedAt), error, cause };
  await boundFunctions(services).RecordFailedExecutionFunctionArn?.({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail,
  });
}

/** Why no rule of `serverless.yml` starts the machine for an event; `undefined` where one does. */
export async function notStartedBecause(event: unknown): Promise<string | undefined> {
  const rules = rulesOf(await readFile(projectFile('serverless.yml'), 'utf8'));
  const matching = matchingRules(rules, event).filter(({ target }) =>
    JSON.stringify(target).includes('AccountOnboardingStateMachine'),
  );
  return matching.length > 0
    ? undefined
    : 'no rule of serverless.yml starts the state machine for this event';
}
