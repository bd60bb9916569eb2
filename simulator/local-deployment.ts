import { readFile } from 'node:fs/promises';
import type { Context } from 'aws-lambda';
import { getTimestamp } from '../shared/platform/clock.ts';
import type { HandlerFactory, StepHandler } from '../shared/platform/lambda/step-handler.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { LOCAL_RUN_TOKEN } from '../shared/runs/approval/request-approval.ts';
import { type DeployedMachine, readDeployedDefinition } from './deployed-machines.ts';
import { findFunction, functions } from './functions.ts';
import { findMatchingRules, getRules } from './rules.ts';
import { runStateMachine, type StateEvent, type StateMachineResult } from './run-state-machine.ts';
import type { StateFunction } from './task-handler.ts';
import type { TaskTokens } from './task-tokens.ts';

const projectFile = (name: string): URL => new URL(`../${name}`, import.meta.url);

export interface LocalRun {
  /** Default: `account-onboarding`. */
  readonly machine?: DeployedMachine;
  readonly services: Services;
  /** Name of the execution, which is the run's id. */
  readonly name: string;
  /** ISO 8601. Default: now, by the clock of the services. */
  readonly startedAt?: string;
  /** An EventBridge event or a manual input. */
  readonly input: unknown;
  /** Whether to wait in real time. Default: `none`. */
  readonly waits?: 'none' | 'real';
  readonly onState?: (event: StateEvent) => void;
  /** The waiting tasks, by token. Default: no task waits, and the run ends at the approval request. */
  readonly tasks?: TaskTokens;
  /** Runs around each call of a function, to simulate faults of Lambda such as a time-out. Default: nothing. */
  readonly around?: FunctionInterceptor;
  /**
   * The process in which a function runs, by the token that stands for the function's ARN. Default: all functions share
   * this process and its services.
   */
  readonly processOf?: (token: string) => FunctionProcess;
}

/** The process of one function: its services, and the credentials that it runs with. */
export interface FunctionProcess {
  readonly services: Services;
  run<T>(act: () => Promise<T>): Promise<T>;
}

/** Runs around a call of a function. `invoke` calls the function, and `token` stands for its ARN. */
export type FunctionInterceptor = (token: string, invoke: () => Promise<unknown>) => Promise<unknown>;

/**
 * Runs the deployed state machine with the deployed handlers, in this process. If an execution ends in a way that the
 * machine cannot catch, the function of the rule on failed executions writes its record.
 */
export async function runLocally(run: LocalRun): Promise<StateMachineResult> {
  const {
    machine = 'account-onboarding',
    services,
    name,
    input,
    waits = 'none',
    onState,
    around,
    tasks,
    startedAt = getTimestamp(services.clock),
    processOf = () => ({ services, run: (act) => act() }),
  } = run;
  const result = await runStateMachine({
    definition: readDeployedDefinition(machine),
    functions: boundFunctions(processOf, around),
    findFunction: (functionName) => bindNamed(processOf, functionName, around),
    input,
    name,
    startedAt,
    stateMachine: machine,
    waits,
    untilToken: LOCAL_RUN_TOKEN,
    ...(tasks === undefined ? {} : { tasks }),
    ...(onState === undefined ? {} : { onState }),
  });
  if (result.status === 'FAILED')
    await afterFailedExecution({ services, processOf }, name, startedAt, result);
  return result;
}

type ProcessOf = (token: string) => FunctionProcess;

/** The deployed handlers in their processes, by the token of their ARN. */
const boundFunctions = (
  processOf: ProcessOf,
  around?: FunctionInterceptor,
): Readonly<Record<string, StateFunction>> =>
  Object.fromEntries(
    Object.entries(functions).map(([token, createHandler]) => [
      token,
      bind(processOf(token), { token, createHandler }, around),
    ]),
  );

interface BoundFunction {
  readonly token: string;
  readonly createHandler: HandlerFactory<Services>;
}

function bind(
  { services, run }: FunctionProcess,
  { token, createHandler }: BoundFunction,
  around: FunctionInterceptor = (_, invoke) => invoke(),
): StateFunction {
  let handler: StepHandler | undefined;
  return (event) =>
    around(token, () => {
      handler ??= createHandler(() => services);
      const called = handler;
      return run(() => called(event, lambdaContext(token)));
    });
}

/** Finds a function by the name in the input of a task, such as `update-log-account`. */
function bindNamed(
  processOf: ProcessOf,
  name: string,
  around?: FunctionInterceptor,
): StateFunction | undefined {
  const createHandler = findFunction(name);
  const token = toFunctionToken(name);
  return createHandler && bind(processOf(token), { token, createHandler }, around);
}

/** `update-log-account` → `UpdateLogAccountFunctionArn` */
const toFunctionToken = (name: string): string =>
  `${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}FunctionArn`;

/** The part of a Lambda context that the handlers use: the request id, in their logs. */
const lambdaContext = (name: string): Context =>
  ({ functionName: name.replace(/FunctionArn$/, ''), awsRequestId: `local-${name}` }) as Context;

/**
 * Calls the function that records failed executions. On AWS, a failure of it goes to a dead-letter queue. Here it is
 * logged.
 */
async function afterFailedExecution(
  { services, processOf }: { readonly services: Services; readonly processOf: ProcessOf },
  name: string,
  startedAt: string,
  { error, cause }: StateMachineResult,
): Promise<void> {
  const detail = { name, status: 'FAILED', startDate: Date.parse(startedAt), error, cause };
  const event = { source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', detail };
  try {
    await boundFunctions(processOf).RecordFailedExecutionFunctionArn?.(event);
  } catch (thrown) {
    services.logger.error('The end of a failed execution could not be recorded or announced', {
      error: thrown,
    });
  }
}

/** The logical id of each state machine in the template. */
const resources: Readonly<Record<DeployedMachine, string>> = {
  'account-onboarding': 'AccountOnboardingStateMachine',
  'organization-sweep': 'OrganizationSweepStateMachine',
  'config-deployment': 'ConfigDeploymentStateMachine',
};

/** Why no rule of `infrastructure/rules.yml` starts the machine for an event. `undefined` if a rule does. */
export async function explainNotStarted(
  event: unknown,
  machine: DeployedMachine = 'account-onboarding',
): Promise<string | undefined> {
  const rules = getRules(await readFile(projectFile('infrastructure/rules.yml'), 'utf8'));
  const matching = findMatchingRules(rules, event).filter(({ target }) =>
    JSON.stringify(target).includes(resources[machine]),
  );
  return matching.length > 0
    ? undefined
    : 'no rule of infrastructure/rules.yml starts the state machine for this event';
}
