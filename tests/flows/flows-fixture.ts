import { isMember } from '../../shared/accounts/membership.ts';
import { importOrganization } from '../../shared/accounts/registry.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { accountIdsIn } from '../../shared/iam/accounts.ts';
import { type PolicyDocument, parsePolicy, type Statement } from '../../shared/iam/document.ts';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import { desiredResources } from '../../shared/reconcile/desired-resources.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import type { ResourceChange, RunRecord, Store } from '../../shared/store/ports.ts';
import { exampleOrganization } from '../../simulator/example-organization.ts';
import { type FunctionInterceptor, runLocally } from '../../simulator/local-deployment.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import type { StateMachineResult } from '../../simulator/run-state-machine.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import type { TaskTokens } from '../../simulator/task-tokens.ts';
import { type FlowClock, seeded } from './clock.ts';
import { small } from './configurations.ts';
import { inMemory, type Storage } from './storage.ts';
import { addForeign } from './unmanaged-statements.ts';

export interface TestEnv {
  readonly configuration: Configuration;
  readonly organization: SimulatedOrganization;
  readonly clock: FlowClock;
  readonly store: Store;
  /** Those of the runs that bring none of their own. */
  readonly services: Services;
}

export interface EnvOptions {
  /** Default: the small one. */
  readonly configuration?: Configuration;
  readonly seed?: number;
  /** Whether the registry is imported and the configuration activated. Default: true. */
  readonly ready?: boolean;
  /** Default: in memory. */
  readonly storage?: Storage;
  /** Replaces methods of the store. */
  readonly around?: (store: Store) => Partial<Store>;
  /** Makes the organization what the test needs, before it is imported. */
  readonly prepare?: (organization: SimulatedOrganization) => void;
}

/** An organization with all that the configuration names, others' statements in every policy, and an empty history. */
export async function createEnv(options: EnvOptions = {}): Promise<TestEnv> {
  const { configuration = small(), seed = 1, ready = true, around, prepare } = options;
  const { store: inner, clock } = options.storage ?? inMemory();
  const organization = exampleOrganization(configuration, { clock, random: seeded(seed) });
  addForeign(organization, configuration);
  prepare?.(organization);
  const store = { ...inner, ...around?.(inner) };
  const services = simulatedServices(organization, { store });
  const made = { configuration, organization, clock, store, services };
  if (ready) await makeReady(made);
  organization.resetCalls();
  return made;
}

export async function makeReady({ services, store, clock, configuration }: TestEnv): Promise<void> {
  const { organizations } = services.hub;
  await importOrganization({ registry: store.registry, organizations, clock, random: services.random });
  await activateConfiguration(services, configuration, 'the test');
}

/** Services of another process, which shares nothing with others but the table and the world. */
export const otherServices = ({ organization, store }: TestEnv): Services =>
  simulatedServices(organization, { store });

export interface Ended {
  /** Of the execution. */
  readonly status: StateMachineResult['status'];
  readonly error?: string;
  readonly states: readonly string[];
  readonly run: RunRecord;
  readonly changes: readonly ResourceChange[];
}

export interface OnboardOptions {
  readonly name?: string;
  readonly services?: Services;
  readonly around?: FunctionInterceptor;
  /** Where it waits for approval. Default: it ends there. */
  readonly tasks?: TaskTokens;
}

let runs = 0;

/** Runs the state machine to its end. Before a function is called again, the time of a retry passes. */
export async function onboard(env: TestEnv, input: unknown, options: OnboardOptions = {}): Promise<Ended> {
  runs += 1;
  const { name = `run-${runs}`, services = otherServices(env), around = (_, invoke) => invoke() } = options;
  const calls = new Map<string, number>();
  const result = await runLocally({
    services,
    name,
    input,
    ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
    around: async (token, invoke) => {
      const attempt = calls.get(token) ?? 0;
      calls.set(token, attempt + 1);
      if (attempt > 0 && token !== 'RegisterAccountFunctionArn') await env.clock.sleep(retryPause(attempt));
      return around(token, invoke);
    },
  });
  const run = await env.store.runs.get(name);
  if (run === undefined) throw new Error(`Run ${name} left no record`);
  return { ...result, run, changes: await env.store.runs.changes(name) };
}

/** As the state machine's Retry, without its jitter. */
const retryPause = (attempt: number): number => Math.min(5_000 * 1.5 ** (attempt - 1), 60_000);

export const outcomes = ({ changes }: Ended): Readonly<Record<string, string>> =>
  Object.fromEntries(changes.map(({ resource, outcome = 'none' }) => [resource, outcome]));

/** The documents of every resource of the configuration, straight from the world. */
export function policies({
  organization,
  configuration,
}: TestEnv): Readonly<Record<string, PolicyDocument[]>> {
  const resources = desiredResources(configuration, []);
  return Object.fromEntries(resources.map(({ key, ref }) => [key, documentsOf(organization, ref)]));
}

function documentsOf(
  { world: { buckets, keys, repositories, secrets, groups, roles, managedPolicies } }: SimulatedOrganization,
  { kind, accountId, id }: { readonly kind: string; readonly accountId: string; readonly id: string },
): PolicyDocument[] {
  if (kind === 'assume-role-permission') {
    const [sort, name] = id.split('/');
    const entities = [...(sort === 'group' ? groups : roles).values()];
    const entity = entities.find((each) => each.accountId === accountId && each.name === name);
    return [...(entity?.attached ?? [])].map((arn) => {
      const policy = managedPolicies.get(arn);
      const version = policy?.versions.find((each) => each.id === policy.defaultVersion);
      return withSid(parsePolicy(version?.document ?? '', arn), policy?.tags['account-onboarding:sid']);
    });
  }
  const all = [buckets, keys, repositories, secrets].flatMap((map) => [...map.values()]);
  const found = all.find((each) => each.accountId === accountId && each.name === id);
  return found?.policy === undefined ? [] : readable(found.policy);
}

/** A statement of a managed policy may leave its Sid to the policy's tag. */
const withSid = (document: PolicyDocument, sid: string | undefined): PolicyDocument =>
  sid === undefined
    ? document
    : { ...document, Statement: document.Statement.map((each) => ({ Sid: sid, ...each })) };

/** Nothing for a text that is no policy: a test has put it there. */
function readable(text: string): PolicyDocument[] {
  try {
    return [parsePolicy(text, 'the world')];
  } catch {
    return [];
  }
}

const isOurs = ({ configuration }: TestEnv, { Sid }: Statement): boolean =>
  installationOf(Sid) === configuration.installation;

/** The accounts that our statements name, by resource. */
export const named = (env: TestEnv): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(policies(env)).map(([resource, documents]) => {
      const ours = documents.flatMap(({ Statement }) => Statement).filter((each) => isOurs(env, each));
      return [resource, [...new Set(ours.flatMap((each) => [...accountIdsIn(each)]))].sort()];
    }),
  );

/** Others' statements, by resource, each document without ours. */
export const foreign = (env: TestEnv): Readonly<Record<string, PolicyDocument[]>> =>
  Object.fromEntries(
    Object.entries(policies(env)).map(([resource, documents]) => [
      resource,
      documents
        .map((document) => ({
          ...document,
          Statement: document.Statement.filter((each) => !isOurs(env, each)),
        }))
        .filter(({ Statement }) => Statement.length > 0),
    ]),
  );

/** The accounts that each resource should name, by the organization as it is now. */
export function due({ organization, configuration }: TestEnv): Readonly<Record<string, readonly string[]>> {
  const { accounts, organizationalUnits } = organization.world;
  const pathOf = (id: string): readonly string[] => {
    const ou = organizationalUnits.get(id);
    return ou === undefined ? [] : [...pathOf(ou.parentId), ou.name];
  };
  const all = [...accounts.values()].map((account) => ({
    ...account,
    parentIds: [account.parentId],
    ouPath: pathOf(account.parentId).join('/'),
  }));
  return Object.fromEntries(
    desiredResources(configuration, all.filter(isMember)).map(({ key, shares }) => [
      key,
      [...new Set(shares.flatMap((share) => share.accounts.map(({ id }) => id)))].sort(),
    ]),
  );
}

const writes = /^(Put|Set|Delete|Create|Attach|Detach)/;

/** How many writes were sent, by what they were sent to. */
export function writeCounts({ organization }: TestEnv): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { service, operation, target = '' } of organization.calls)
    if (writes.test(operation) && service !== 'eventbridge') counts[target] = (counts[target] ?? 0) + 1;
  return counts;
}
