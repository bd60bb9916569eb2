import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { type ClientPlugin, toOperationName, toServiceName } from '../../shared/platform/aws/plugins.ts';
import { toUpdateFunctionName } from '../../shared/platform/central-accounts.ts';
import type { HandlerFactory, StepHandler } from '../../shared/platform/lambda/step-handler.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { decideApproval } from '../../shared/runs/approval/decide-approval.ts';
import { createMemoryStore } from '../../shared/store/memory.ts';
import type { Store } from '../../shared/store/ports.ts';
import { addApplication, trustsAppConfig } from '../../simulator/app-config.ts';
import { type DeployedMachine, readDeployedDefinition } from '../../simulator/deployed-machines.ts';
import { createExampleOrganization } from '../../simulator/example-organization.ts';
import { findFunction, functions } from '../../simulator/functions.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { runStateMachine } from '../../simulator/run-state-machine.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import type { StateFunction } from '../../simulator/task-handler.ts';
import {
  type Deployment,
  deployment,
  functionToken,
  readJson,
  root,
  statementsOf,
} from '../fixtures/deployment/deployment.ts';
import { keyList, watched } from '../fixtures/deployment/table-use.ts';
import { flowClock, seeded } from '../fixtures/flow-clock.ts';
import { everything } from '../fixtures/simulator-env.ts';

const newcomer = '555566667777';
const waiting = '555566669999';

/** A person is asked for one account alone. */
const approval = `approval: { for: { accounts: ["${waiting}"] } }\n`;

/** The example grants nothing on the configuration account. */
const grantOnConfigurationAccount = `
  - name: settings-key
    kind: kms-key-policy
    account: configuration
    key: 8901abcd-12ab-34cd-56ef-1234567890ab
    preset: launch-encrypted-ami
    for: { all: true }
  - name: nothing-yet
    kind: ecr-repository-policy
    account: shared
    repositories: ["nothing/*"]
    preset: pull
    for: { ous: [Workloads, "*/Later"] }
`;

const configuration = parseConfiguration(
  readFileSync(`${root}examples/onboarding.yml`, 'utf8').replace(/^grants:/m, `${approval}grants:`) +
    grantOnConfigurationAccount,
  'the example',
);

const repositoryMade = {
  source: 'aws.ecr',
  'detail-type': 'AWS API Call via CloudTrail',
  account: configuration.centralAccounts.shared?.id,
  region: configuration.centralAccounts.shared?.region,
  detail: { eventName: 'CreateRepository' },
};

const updateTokens = Object.keys(configuration.centralAccounts).map((name) =>
  functionToken(toUpdateFunctionName(name)),
);

/** What each function has asked of AWS with its own role, by the token of its ARN. */
const asked = new Map(
  [...Object.keys(functions), ...updateTokens].map((token) => [token, new Set<string>()]),
);

let deployed: Deployment;

/** Runs that, taken together, make every function do all that it ever does. */
beforeAll(async () => {
  deployed = await deployment();
  const clock = flowClock();
  const organization = createExampleOrganization(configuration, { clock, random: seeded(1) });
  organization.world.organizationPolicies.enabledTypes.add('SERVICE_CONTROL_POLICY');
  const store = createMemoryStore();
  await makeReady(organization, store);
  for (const id of [newcomer, waiting])
    organization.addAccount({ id, name: `workload-${id}`, parentId: 'ou-exam-workload1' });

  const runs = machineOf('account-onboarding', organization, store);
  const sweeps = machineOf('organization-sweep', organization, store);
  expect(await runs('onboarded', { accountId: newcomer })).toBe('SUCCEEDED');
  expect(await runs('again', readJson('tests/fixtures/events/move-account.json'))).toBe('SUCCEEDED');
  expect(await runs('malformed', { accountId: 'none' })).toBe('FAILED');
  expect(await runs('made', repositoryMade)).toBe('SUCCEEDED');
  await approved(runs('asks', { accountId: waiting }), organization, store);
  organization.removeAccount(newcomer);
  organization.addOu({ id: 'ou-exam-later0001', name: 'Later', parentId: 'ou-exam-workload1' });
  organization.addAccount({ id: '555566668888', name: 'unnoticed', parentId: 'ou-exam-later0001' });
  organization.moveAccount('888888888888', 'ou-exam-workload1');
  const startedAt = '2026-02-01T00:00:00.000Z';
  await store.runs.put({ runId: 'lost', status: 'running', startedAt, accountIds: [newcomer] });
  // Then the member roles of the accounts are late, and the sweep warns of them.
  clock.advance(3_600_000);
  expect(await sweeps('sweep', {})).toBe('SUCCEEDED');
  const pending = { status: 'pending', at: startedAt } as const;
  const announcement = { title: 'Account Onboarded', bus: pending, topic: pending };
  await store.runs.put({
    runId: 'unannounced',
    status: 'succeeded',
    startedAt,
    accountIds: [],
    announcement,
  });
  const deployments = machineOf('config-deployment', organization, store);
  for (const [index, input] of addRotations(organization).entries())
    expect(await deployments(`deployment-${index}`, input)).toBe('SUCCEEDED');
  await died(boundFunctions(organization, store));
}, 60_000);

/** A secret in each central account, with an environment that serves it. @returns the inputs of its deployments */
function addRotations(organization: SimulatedOrganization): readonly object[] {
  const growth = { durationMinutes: 0, growthType: 'LINEAR' as const, growthFactor: 100, bakeMinutes: 0 };
  const id = 'AppConfig.AllAtOnce';
  organization.world.appConfig.strategies.set(id, { id, name: id, ...growth });
  const secrets = Object.values(configuration.centralAccounts).map((account) => {
    const place = { accountId: account.id, region: account.region };
    const secretId = organization.addSecret({ ...place, name: 'app/database', value: 'x' });
    const role = {
      accountId: account.id,
      name: 'retrieval',
      trust: trustsAppConfig,
      permissions: everything,
    };
    const retrievalRoleArn = organization.addRole(role);
    addApplication(organization.world, {
      ...place,
      name: 'shop',
      environments: [{ name: 'production' }],
      profiles: [{ name: 'database', locationUri: 'secretsmanager://app/database', retrievalRoleArn }],
    });
    return { secretId };
  });
  const unserved = { accountId: '444444444444', region: 'eu-west-1', name: 'app/unserved', value: 'x' };
  secrets.push({ secretId: organization.addSecret(unserved) });
  const central = configuration.centralAccounts.configuration;
  const settings = addApplication(organization.world, {
    accountId: central?.id ?? '',
    region: central?.region ?? '',
    name: 'settings',
    environments: [{ name: 'production' }],
    profiles: [{ name: 'settings' }],
  });
  const [profile] = settings.profiles.values();
  profile?.versions.push({ content: '{}', contentType: 'application/json' });
  const hosted = { application: settings.id, profile: profile?.id, version: '1' };
  return [...secrets, ...secrets, hosted, { source: 'aws.s3', detail: {} }, { resumePending: true }];
}

async function makeReady(organization: SimulatedOrganization, store: Store): Promise<void> {
  const { hub, clock, random } = createSimulatedServices(organization, { store });
  await importOrganization({
    registry: store.registry,
    organizations: hub.organizations,
    clock,
    random,
  });
  await activateConfiguration({ store, clock }, configuration, 'the test');
}

const machineOf = (machine: DeployedMachine, organization: SimulatedOrganization, store: Store) => {
  const definition = readDeployedDefinition(machine);
  return async (name: string, input: unknown) => {
    const startedAt = '2026-03-02T09:00:00.000Z';
    const bound = boundFunctions(organization, store);
    const { status } = await runStateMachine({
      definition,
      functions: bound,
      findFunction: (name) => bindUpdate(name, organization, store),
      input,
      name,
      startedAt,
      waits: 'none',
      tasks: organization.world.tasks,
    });
    return status;
  };
};

/** The run waits, an operator approves, and it goes on. */
async function approved(run: Promise<string>, organization: SimulatedOrganization, store: Store) {
  while (organization.world.putEvents.every(({ DetailType }) => DetailType !== 'Approval Requested'))
    await turn();
  const request = await store.approvals.get('asks');
  if (request === undefined) throw new Error('Nothing was asked');
  const { runId, planHash } = request;
  const services = createSimulatedServices(organization, { store });
  await decideApproval(services, { runId, planHash, verdict: 'approved', by: 'an operator' });
  expect(await run).toBe('SUCCEEDED');
}

/** Each function with services of its own, as each has a process and a role of its own. */
const boundFunctions = (organization: SimulatedOrganization, store: Store): Record<string, StateFunction> =>
  Object.fromEntries(
    Object.entries(functions).map(([token, createHandler]) => [
      token,
      bind(createHandler, token, servicesOf(token, organization, store)),
    ]),
  );

function bind(createHandler: HandlerFactory<Services>, token: string, services: Services): StateFunction {
  const context = { awsRequestId: token } as Parameters<StepHandler>[1];
  return (input) => createHandler(() => services)(input, context);
}

/** The update function of a central account. */
function bindUpdate(
  name: string,
  organization: SimulatedOrganization,
  store: Store,
): StateFunction | undefined {
  const createHandler = findFunction(name);
  const token = functionToken(name);
  return createHandler && bind(createHandler, token, servicesOf(token, organization, store));
}

function servicesOf(token: string, organization: SimulatedOrganization, store: Store): Services {
  const tell = (use: string) => asked.get(token)?.add(use);
  return createSimulatedServices(organization, { store: watched(store, tell), plugins: [hubCalls(tell)] });
}

/** The services that are called with the function's own role; all others are called as a spoke role. */
const hubServices: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  eventbridge: 'events',
  organizations: 'organizations',
  sns: 'sns',
  sts: 'sts',
};

const hubCalls = (tell: (use: string) => void): ClientPlugin => ({
  applyToStack: (stack) =>
    stack.add(
      (next, { clientName, commandName }) =>
        (args) => {
          const service = hubServices[toServiceName(clientName)];
          const on = 'RoleArn' in args.input ? ` on ${args.input.RoleArn}` : '';
          if (service !== undefined) tell(`${service}:${toOperationName(commandName)}${on}`);
          return next(args);
        },
      { step: 'initialize', name: 'hubCalls' },
    ),
});

async function died({ RecordFailedExecutionFunctionArn: record }: Record<string, StateFunction>) {
  const detail = { name: 'died', status: 'ABORTED', startDate: Date.parse('2026-03-02T09:00:00Z') };
  await record?.({ detail });
}

/** What Lambda does with the role, not the code: the log, the trace, the letter about a failed call. */
const byLambda = /^(logs|xray|sqs):/;

/** What a role allows, in the words of what is asked. Reading the table is not held to some of its items. */
function allowedTo(roleId: string): readonly string[] {
  return statementsOf(deployed, roleId).flatMap(({ actions, resources, condition }) =>
    actions
      .filter((action) => !byLambda.test(action))
      .flatMap((action) => {
        if (action === 'sts:AssumeRole')
          return resources.map((arn) => `${action} on ${arn.replace('${AWS::Partition}', 'aws')}`);
        const [, text] =
          /"dynamodb:LeadingKeys":("[^"]+"|\[[^\]]+\])/.exec(JSON.stringify(condition) ?? '') ?? [];
        if (text === undefined) return [action];
        const keys: string | readonly string[] = JSON.parse(text);
        return [`${action} on ${keyList([keys].flat())}`];
      }),
  );
}

const withoutReadKeys = (use: string): string =>
  use
    .replace(/^(dynamodb:(?:GetItem|Query)) on .*/, '$1')
    // By it the member roles of any account are read.
    .replace(/::\d{12}(:role\/account-onboarding\/account-onboarding-example-members-)\w+$/, '::*$1*');

describe('a role allows what its function asks for, and no more', () => {
  test.each([...asked.keys()])('allows exactly what %s asks for', (token) => {
    const [, declared] =
      Object.entries(deployed.functions).find(([name]) => functionToken(name) === token) ?? [];
    const uses = new Set([...(asked.get(token) ?? [])].map(withoutReadKeys));
    expect([...uses].sort()).toEqual(allowedTo(declared?.role ?? '').toSorted());
  });
});
