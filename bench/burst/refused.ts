import { listRejections } from '../../shared/reconcile/holds.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { missingGrants } from './documents.ts';
import type { Scene } from './scene.ts';
import { most } from './tally.ts';

/** The results for accounts that AWS accepts as principals only after the burst. */
export interface Refused {
  readonly accounts: number;
  /** Grants that the accounts had to wait for, and the largest number of accounts on one resource. */
  readonly waiting: number;
  readonly mostOnOne: number;
  /** Waiting grants that the record of the account's own run does not report, with the reason. */
  readonly untold: readonly string[];
  /** How the sweep ended that followed once AWS accepted the accounts, and the grants that were missing after it. */
  readonly sweep: string;
  readonly missing: readonly string[];
}

/** Some numbers out of a range, spread evenly. */
export const spread = (accounts: number, some: number): readonly number[] =>
  Array.from({ length: some }, (_, index) => Math.floor(((index + 0.5) * accounts) / some));

/**
 * The unresolved lines of these accounts' runs, and the result of the next sweep, when AWS accepts the accounts.
 * @param runs the account of each run, by the run's name
 */
export async function putInLater(scene: Scene, runs: ReadonlyMap<string, string>): Promise<Refused> {
  const ids = [...runs.values()];
  const waiting = missingGrants(scene, ids);
  const reported = new Set((await Promise.all([...runs].map((run) => toldBy(scene, run)))).flat());
  for (const id of ids) scene.organization.acceptPrincipal(id);
  const services = createSimulatedServices(scene.organization, { store: scene.store, quick: true });
  await runLocally({ machine: 'organization-sweep', services, name: 'the-sweep-after', input: {} });
  const sweep = await scene.store.runs.get('the-sweep-after');
  return {
    accounts: ids.length,
    waiting: waiting.length,
    mostOnOne: most(countedBy(waiting, resourceOf)),
    untold: waiting.filter((grant) => !reported.has(grant)),
    sweep: sweep?.unresolved?.[0] ?? sweep?.status ?? 'no record',
    missing: missingGrants(scene, ids),
  };
}

const resourceOf = (grant: string): string => grant.slice(grant.indexOf(' ') + 1);

const countedBy = <T>(all: readonly T[], key: (one: T) => string): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(all, key)].map(([name, group]) => [name, group.length]));

/**
 * `<account> <resource>`, for each grant that the record reports as waiting because AWS rejects the account. With AWS's
 * message.
 */
async function toldBy(
  { store }: Scene,
  [runId, accountId]: readonly [string, string],
): Promise<readonly string[]> {
  const { unresolved = [] } = (await store.runs.get(runId)) ?? {};
  const changes = (await store.runs.getWhole(runId)).changes;
  return changes
    .filter(({ holds = [] }) => listRejections(holds).some(({ message }) => message !== undefined))
    .filter(({ resource }) => unresolved.some((line) => tells(line, resource, accountId)))
    .map(({ resource }) => `${accountId} ${resource}`);
}

/** Resources with an equal rejected account share a line, which ends with their keys. */
function tells(line: string, resource: string, accountId: string): boolean {
  const refusal = new RegExp(`AWS does not accept \\S+ \\(${accountId}\\) as a principal(\\. |$)`);
  if (!refusal.test(line)) return false;
  const [, keys] = line.split(' resources are affected: ');
  return keys === undefined ? line.startsWith(`${resource}: `) : keys.split(', ').includes(resource);
}
