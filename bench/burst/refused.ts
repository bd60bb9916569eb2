import { listRejections } from '../../shared/reconcile/holds.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { missingGrants } from './documents.ts';
import type { Scene } from './scene.ts';
import { most } from './tally.ts';

/** What became of accounts that AWS accepts as principals only after the burst. */
export interface Refused {
  readonly accounts: number;
  /** Grants that they had to wait for, and of how many accounts on one resource at most. */
  readonly waiting: number;
  readonly mostOnOne: number;
  /** Of these, those that the record of the account's own run does not tell, with the reason. */
  readonly untold: readonly string[];
  /** How the sweep ended that came once AWS accepted them, and which grants were missing after it. */
  readonly sweep: string;
  readonly missing: readonly string[];
}

/** Some of so many, spread evenly: their numbers. */
export const spread = (accounts: number, some: number): readonly number[] =>
  Array.from({ length: some }, (_, index) => Math.floor(((index + 0.5) * accounts) / some));

/**
 * What the runs of these accounts have left, and what the next sweep makes of it when AWS accepts them.
 * @param runs the account of each, by the run's name
 */
export async function putInLater(scene: Scene, runs: ReadonlyMap<string, string>): Promise<Refused> {
  const ids = [...runs.values()];
  const waiting = missingGrants(scene, ids);
  const told = new Set((await Promise.all([...runs].map((run) => toldBy(scene, run)))).flat());
  for (const id of ids) scene.organization.acceptPrincipal(id);
  const services = createSimulatedServices(scene.organization, { store: scene.store, quick: true });
  await runLocally({ machine: 'organization-sweep', services, name: 'the-sweep-after', input: {} });
  const sweep = await scene.store.runs.get('the-sweep-after');
  return {
    accounts: ids.length,
    waiting: waiting.length,
    mostOnOne: most(countedBy(waiting, resourceOf)),
    untold: waiting.filter((grant) => !told.has(grant)),
    sweep: sweep?.unresolved?.[0] ?? sweep?.status ?? 'no record',
    missing: missingGrants(scene, ids),
  };
}

const resourceOf = (grant: string): string => grant.slice(grant.indexOf(' ') + 1);

const countedBy = <T>(all: readonly T[], key: (one: T) => string): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(all, key)].map(([name, group]) => [name, group.length]));

/** `<account> <resource>`, where the record says that it is left since AWS refuses the account, and what AWS said. */
async function toldBy(
  { store }: Scene,
  [runId, accountId]: readonly [string, string],
): Promise<readonly string[]> {
  const { unresolved = [] } = (await store.runs.get(runId)) ?? {};
  const changes = await store.runs.listChanges(runId);
  return changes
    .filter(({ holds = [] }) => listRejections(holds).some(({ message }) => message !== undefined))
    .filter(({ resource }) => unresolved.some((line) => tells(line, resource, accountId)))
    .map(({ resource }) => `${accountId} ${resource}`);
}

/** Resources that share the refused account also share a line, which ends with their keys. */
function tells(line: string, resource: string, accountId: string): boolean {
  const refusal = new RegExp(`AWS does not accept \\S+ \\(${accountId}\\) as a principal(\\. |$)`);
  if (!refusal.test(line)) return false;
  const [, keys] = line.split(' resources are affected: ');
  return keys === undefined ? line.startsWith(`${resource}: `) : keys.split(', ').includes(resource);
}
