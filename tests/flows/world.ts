import type { Configuration } from '../../shared/configuration/schema.ts';
import { isMember } from '../../shared/organization/account.ts';
import { importOrganization } from '../../shared/organization/registry.ts';
import { desiredResources } from '../../shared/plan/desired.ts';
import { accountIdsIn } from '../../shared/policy/accounts.ts';
import { type PolicyDocument, parsePolicy, type Statement } from '../../shared/policy/document.ts';
import { deploymentOf } from '../../shared/policy/owned.ts';
import { activateConfiguration } from '../../shared/run/activate.ts';
import type { Services } from '../../shared/services.ts';
import type { ResourceChange, RunRecord, Store } from '../../shared/store/ports.ts';
import { exampleOrganisation } from '../../simulator/example-organisation.ts';
import { type FunctionInterceptor, runLocally } from '../../simulator/local-deployment.ts';
import type { SimulatedOrganisation } from '../../simulator/organisation.ts';
import type { StateMachineResult } from '../../simulator/run-state-machine.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import type { TaskTokens } from '../../simulator/task-tokens.ts';
import { type FlowClock, seeded } from './clock.ts';
import { small } from './configurations.ts';
import { addForeign } from './foreign.ts';
import { inMemory, type Storage } from './storage.ts';

export interface World {
  readonly configuration: Configuration;
  readonly organisation: SimulatedOrganisation;
  readonly clock: FlowClock;
  readonly store: Store;
  /** Those of the runs that bring none of their own. */
  readonly services: Services;
}

export interface WorldOptions {
  /** Default: the small one. */
  readonly configuration?: Configuration;
  readonly seed?: number;
  /** Whether the registry is imported and the configuration activated. Default: true. */
  readonly ready?: boolean;
  /** Default: in memory. */
  readonly storage?: Storage;
  /** Replaces methods of the store. */
  readonly around?: (store: Store) => Partial<Store>;
  /** Makes the organisation what the test needs, before it is imported. */
  readonly prepare?: (organisation: SimulatedOrganisation) => void;
}

/** An organisation with all that the configuration names, others' statements in every policy, and an empty history. */
export async function world(options: WorldOptions = {}): Promise<World> {
  const { configuration = small(), seed = 1, ready = true, around, prepare } = options;
  const { store: inner, clock } = options.storage ?? inMemory();
  const organisation = exampleOrganisation(configuration, { clock, random: seeded(seed) });
  addForeign(organisation, configuration);
  prepare?.(organisation);
  const store = { ...inner, ...around?.(inner) };
  const services = simulatedServices(organisation, { store });
  const made = { configuration, organisation, clock, store, services };
  if (ready) await makeReady(made);
  organisation.resetCalls();
  return made;
}

export async function makeReady({ services, store, clock, configuration }: World): Promise<void> {
  const { organizations } = services.hub;
  await importOrganization({ registry: store.registry, organizations, clock, random: services.random });
  await activateConfiguration(services, configuration, 'the test');
}

/** Services of another process, which shares nothing with others but the table and the world. */
export const otherServices = ({ organisation, store }: World): Services =>
  simulatedServices(organisation, { store });

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
export async function onboard(of: World, input: unknown, options: OnboardOptions = {}): Promise<Ended> {
  runs += 1;
  const { name = `run-${runs}`, services = otherServices(of), around = (_, invoke) => invoke() } = options;
  const calls = new Map<string, number>();
  const result = await runLocally({
    services,
    name,
    input,
    ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
    around: async (token, invoke) => {
      const attempt = calls.get(token) ?? 0;
      calls.set(token, attempt + 1);
      if (attempt > 0 && token !== 'RegisterAccountFunctionArn') await of.clock.sleep(retryPause(attempt));
      return around(token, invoke);
    },
  });
  const run = await of.store.runs.get(name);
  if (run === undefined) throw new Error(`Run ${name} left no record`);
  return { ...result, run, changes: await of.store.runs.changes(name) };
}

/** As the state machine's Retry, without its jitter. */
const retryPause = (attempt: number): number => Math.min(5_000 * 1.5 ** (attempt - 1), 60_000);

export const outcomes = ({ changes }: Ended): Readonly<Record<string, string>> =>
  Object.fromEntries(changes.map(({ resource, outcome = 'none' }) => [resource, outcome]));

/** The documents of every resource of the configuration, straight from the world. */
export function policies({ organisation, configuration }: World): Readonly<Record<string, PolicyDocument[]>> {
  const resources = desiredResources(configuration, []);
  return Object.fromEntries(resources.map(({ key, ref }) => [key, documentsOf(organisation, ref)]));
}

function documentsOf(
  { world: { buckets, keys, repositories, secrets, groups, roles, managedPolicies } }: SimulatedOrganisation,
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

const isOurs = ({ configuration }: World, { Sid }: Statement): boolean =>
  deploymentOf(Sid) === configuration.deployment;

/** The accounts that our statements name, by resource. */
export const named = (of: World): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(policies(of)).map(([resource, documents]) => {
      const ours = documents.flatMap(({ Statement }) => Statement).filter((each) => isOurs(of, each));
      return [resource, [...new Set(ours.flatMap((each) => [...accountIdsIn(each)]))].sort()];
    }),
  );

/** Others' statements, by resource, each document without ours. */
export const foreign = (of: World): Readonly<Record<string, PolicyDocument[]>> =>
  Object.fromEntries(
    Object.entries(policies(of)).map(([resource, documents]) => [
      resource,
      documents
        .map((document) => ({
          ...document,
          Statement: document.Statement.filter((each) => !isOurs(of, each)),
        }))
        .filter(({ Statement }) => Statement.length > 0),
    ]),
  );

/** The accounts that each resource should name, by the organisation as it is now. */
export function due({ organisation, configuration }: World): Readonly<Record<string, readonly string[]>> {
  const { accounts, organizationalUnits } = organisation.world;
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
export function writeCounts({ organisation }: World): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { service, operation, target = '' } of organisation.calls)
    if (writes.test(operation) && service !== 'eventbridge') counts[target] = (counts[target] ?? 0) + 1;
  return counts;
}
