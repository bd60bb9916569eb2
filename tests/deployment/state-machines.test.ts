import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as errors from '../../shared/composition/errors.ts';
import { longestApprovalHours } from '../../shared/configuration/schema.ts';
import { rejectionTtl } from '../../shared/reconcile/recent-rejections.ts';
import { executionsEndWithin } from '../../shared/runs/sweep.ts';
import {
  type DeployedMachine,
  deployedMachines,
  readDeployedDefinition,
} from '../../simulator/deployed-machines.ts';
import {
  type Deployment,
  deployment,
  functionLogicalId,
  functionToken,
  resourcesOf,
} from '../fixtures/deployment/deployment.ts';
import { matchedErrors, tasksOf } from '../fixtures/deployment/state-machines.ts';
import { filesIn, loadedBy, sourceOf } from '../fixtures/source/imports.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

const machineResource = (machine: DeployedMachine) => {
  const deployedMachine = resourcesOf(deployed, 'AWS::StepFunctions::StateMachine').find(
    ([, { Properties }]) => isDeepStrictEqual(Properties.Definition, readDeployedDefinition(machine)),
  );
  if (deployedMachine === undefined) throw new Error(`serverless.yml does not deploy ${machine}`);
  return deployedMachine[1].Properties;
};

/** "Request response", and "Wait for a callback with task token" (Step Functions developer guide, "Service integration patterns"). */
const integrations = [
  ['InvokeFunction', { 'Fn::Sub': 'arn:${AWS::Partition}:states:::lambda:invoke' }],
  [
    'InvokeAndWaitForTaskToken',
    { 'Fn::Sub': 'arn:${AWS::Partition}:states:::lambda:invoke.waitForTaskToken' },
  ],
] as const;

type UpdateMap = ReturnType<typeof readDeployedDefinition>['States'][string] & {
  readonly ItemsPath: string;
  readonly ItemSelector: object;
  readonly ItemProcessor: ReturnType<typeof readDeployedDefinition>;
};

/** Findings, or the key of an item of the table: what the classes take beside a text. */
const noFindings = Object.assign([], { pk: '', sk: '' });

type ErrorClass = new (
  text: string,
  findings: typeof noFindings,
  more: readonly never[],
) => errors.OnboardingError;

const exported: Readonly<Record<string, unknown>> = errors;

const errorClasses = Object.values(exported).filter(
  (value) => typeof value === 'function' && value.prototype instanceof errors.OnboardingError,
) as readonly ErrorClass[];

/** Whether a retry helps, by the names of the project's errors. */
const retryable = new Map(
  errorClasses
    .map((Class) => new Class('', noFindings, []))
    .map(({ name, retryable: helps }) => [name, helps] as const),
);

/**
 * What is not ours. "Handling errors in Step Functions workflows" and "Handle transient Lambda service exceptions"
 * (Step Functions developer guide); `Sandbox.Timedout` is what Lambda reports of a function that took too long.
 */
const documented = new Set([
  'Lambda.AWSLambdaException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.SdkClientException',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'States.ALL',
  'States.Timeout',
]);

test('lists every error class of shared/ as retryable or not', () => {
  const defined = filesIn('shared').flatMap((file) => [
    ...sourceOf(file).matchAll(/^export class (\w+) extends OnboardingError/gm),
  ]);
  expect(defined.map(([, name]) => name).sort()).toEqual([...retryable.keys()].sort());
});

test('updates central accounts in the sweep by the same states as in runs of accounts', () => {
  const [account, sweep] = (['account-onboarding', 'organization-sweep'] as const).map(
    (machine) => readDeployedDefinition(machine).States.UpdateCentralAccounts,
  );
  expect(account?.ItemProcessor).toBeDefined();
  expect({ ...sweep, Comment: '', Next: '' }).toEqual({ ...account, Comment: '', Next: '' });
});

test.each(['log', 'security', 'shared'])(
  'exports the shared update handler when the %s account has an entry file',
  (name) => {
    expect(sourceOf(`functions/update-${name}-account.ts`)).toContain(
      "export { createHandler, handler } from './update-central-account.ts';",
    );
  },
);

describe.each(['account-onboarding', 'organization-sweep'] as const)('%s', (machine) => {
  const { ItemsPath, ItemSelector, ItemProcessor } = readDeployedDefinition(machine).States
    .UpdateCentralAccounts as UpdateMap;
  const { StartAt, States } = ItemProcessor;

  test('calls the update function that the plan names in one Task', () => {
    expect([ItemsPath, StartAt]).toEqual(['$.plan.centralAccounts', 'UpdateCentralAccount']);
    expect(ItemSelector).toEqual({
      'runId.$': '$.runId',
      'revision.$': '$.plan.revision',
      'centralAccount.$': '$$.Map.Item.Value.centralAccount',
      'accountId.$': '$$.Map.Item.Value.accountId',
      'functionName.$': '$$.Map.Item.Value.functionName',
    });
    expect(Object.keys(States)).toEqual(['UpdateCentralAccount', 'CentralAccountNotUpdated']);
    expect(States.UpdateCentralAccount).toMatchObject({
      Type: 'Task',
      Parameters: {
        'FunctionName.$': '$.functionName',
        Payload: {
          'runId.$': '$.runId',
          'revision.$': '$.revision',
          'centralAccount.$': '$.centralAccount',
          'accountId.$': '$.accountId',
        },
      },
    });
  });

  test('keeps the name of a central account in the state when its update fails', () => {
    expect(States.CentralAccountNotUpdated).toMatchObject({
      Type: 'Pass',
      Parameters: { 'centralAccount.$': '$.centralAccount', 'error.$': '$.error' },
      End: true,
    });
  });
});

test('excludes a rejected account from other runs until its own run has tried for the last time', () => {
  const updates = tasksOf('account-onboarding').filter(({ retried }) =>
    retried.includes('InvalidPrincipalError'),
  );
  expect(updates).toHaveLength(1);
  for (const { triesFor } of updates)
    expect(triesFor('InvalidPrincipalError') * 1_000).toBeLessThan(rejectionTtl);
});

test('uses only the shared retry policies', () => {
  const policies = sourceOf('statemachines/definitions.yml').matchAll(/\bRetry:(.*)/g);
  const unshared = [...policies].filter(([, policy = '']) => !/^ \*retry\w+/.test(policy));
  expect(unshared).toEqual([]);
});

describe.each(deployedMachines)('%s', (machine) => {
  const tasks = tasksOf(machine);

  test('catches all errors of each step before the step that records failures', () => {
    const failing = Object.entries(readDeployedDefinition(machine).States).filter(
      ([name, { Type }]) => ['Task', 'Map', 'Parallel'].includes(Type) && name !== 'RecordFailure',
    );
    for (const [name, { Catch }] of failing)
      expect([name, JSON.stringify(Catch)]).toEqual([name, expect.stringContaining('States.ALL')]);
  });

  test('substitutes every token with the ARN of an existing function', () => {
    const substitutions = machineResource(machine).DefinitionSubstitutions;
    const tokens = [...JSON.stringify(readDeployedDefinition(machine)).matchAll(/\$\{(\w+)\}/g)].map(
      ([, token]) => token,
    );
    const byToken = Object.keys(deployed.functions).map((name) => [
      functionToken(name),
      { 'Fn::GetAtt': [functionLogicalId(name), 'Arn'] },
    ]);
    const substituted = [...byToken, ...integrations];
    expect(substitutions).toEqual(
      Object.fromEntries(substituted.filter(([token]) => tokens.includes(String(token)))),
    );
    expect(Object.keys(substitutions as object).sort()).toEqual([...new Set(tokens)].sort());
  });

  test('lists in ErrorEquals only errors that the project throws or AWS documents', () => {
    const unknown = [...matchedErrors(machine)].filter(
      (name) => !retryable.has(name) && !documented.has(name),
    );
    expect(unknown).toEqual([]);
  });

  test.each(tasks)('retries $state only for errors that a retry can resolve', ({ retried }) => {
    expect(retried.filter((name) => retryable.get(name) === false)).toEqual([]);
    expect(retried).toHaveLength(new Set(retried).size);
  });

  test.each(tasks)(
    'retries or catches in $state the retryable errors of its function',
    ({ token, retried, caught }) => {
      expect([...retried, ...caught]).toEqual(expect.arrayContaining(thrownBy(token)));
    },
  );

  test.each(tasks)(
    'retries $state when Lambda fails, throttles the call, or loses the function',
    ({ retried, timeoutSeconds }) => {
      // Whose time is over while it waits for a person is not asked again.
      const never = ['States.ALL', ...(timeoutSeconds === undefined ? ['States.Timeout'] : [])];
      expect(retried).toEqual(
        expect.arrayContaining([...documented].filter((name) => !never.includes(name))),
      );
      expect(retried.filter((name) => never.includes(name))).toEqual([]);
    },
  );

  const calls = tasks.filter(({ timeoutSeconds }) => timeoutSeconds !== undefined);
  test.each(calls)(
    'waits in $state slightly longer than the timeout of its function',
    ({ token, timeoutSeconds }) => {
      const [, { timeout }] = functionOf(token);
      // A cold start of up to ten seconds comes on top ("Understanding the Lambda execution environment life cycle").
      expect(timeoutSeconds).toBeGreaterThanOrEqual(timeout + 10);
      expect(timeoutSeconds).toBeLessThanOrEqual(timeout + 30);
    },
  );

  test('ends an execution before the sweep calls its run lost', () => {
    const asks = tasks.some(({ timeoutSeconds }) => timeoutSeconds === undefined);
    // A run says on its record until when it waits, so the longest wait counts for itself.
    const longestWait = asks ? longestApprovalHours * 3_600 : 0;
    const seconds = Number(readDeployedDefinition(machine).TimeoutSeconds) - longestWait;
    expect(seconds).toBeGreaterThanOrEqual(3_600);
    // The time between is for the last state and the clocks.
    expect(seconds * 1_000).toBeLessThanOrEqual(executionsEndWithin - 3_600_000);
  });
});

/** What a task calls: an update function stands for all of them, which differ in their roles only. */
function functionOf(token: string | undefined) {
  const declared = Object.entries(deployed.functions).find(([name]) =>
    token === undefined ? name.startsWith('update-') : functionToken(name) === token,
  );
  if (declared === undefined) throw new Error(`${token} stands for no function`);
  return declared;
}

/** The files that take a lease, write, and read back. */
const applying =
  /^shared\/reconcile\/(lease|versioned-state|read-back|assert-still-desired|explain-refusal|rejected-principals|principal-search|reconcile)\.ts$/;

/** Parts that a function loads and does not run: planning asks whether a resource is settled, and takes no lease. */
const notRun: Readonly<Record<string, RegExp>> = {
  PlanChangesFunctionArn: applying,
  RequestApprovalFunctionArn: applying,
};

/** What grant kinds throw themselves and a retry helps, they throw where they write. */
const writing = /^shared\/grants\//;
const writes = (token: string | undefined): boolean => token === undefined;

const store = 'shared/store/dynamodb/store.ts';

/** The retryable errors that the code of a step makes, and those of the table, which every step uses. */
function thrownBy(token: string | undefined): string[] {
  const [, { handler }] = functionOf(token);
  const stop = (file: string) =>
    file.startsWith('shared/platform/lambda/') ||
    file.startsWith('shared/composition/') ||
    notRun[token ?? '']?.test(file) === true ||
    (!writes(token) && writing.test(file));
  const files = [...loadedBy([handler.replace(/\.handler$/, '.ts')], stop), ...loadedBy([store])];
  const made = files.flatMap((file) => [...sourceOf(file).matchAll(/\bnew (\w+Error)\(/g)]);
  return [...new Set(made.map(([, thrown = '']) => thrown))].filter(
    (thrown) => retryable.get(thrown) === true,
  );
}
