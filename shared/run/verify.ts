import pMap from 'p-map';
import { grantContext } from '../configuration/context.ts';
import { errorRecord } from '../errors.ts';
import type { Access, GrantContext } from '../grants/contract.ts';
import { type Account, isMember } from '../organization/account.ts';
import { type DesiredResource, desiredResources } from '../plan/desired.ts';
import { accountIdsIn } from '../policy/accounts.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { evaluatePolicy } from '../policy/evaluate.ts';
import { ownedStatements } from '../policy/owned.ts';
import { activeConfiguration, type Services } from '../services.ts';
import type { ResourceChange } from '../store/ports.ts';

export interface VerifyStep {
  readonly runId: string;
  readonly accounts: readonly { readonly accountId: string; readonly revision?: number | undefined }[];
}

export interface Verification {
  /** How many things were looked at. */
  readonly verified: number;
  /** What is not as the configuration says, a line each; the first of them only, since a state takes 256 KiB. */
  readonly missing: readonly string[];
}

const mostLines = 50;

/**
 * Proves the run's result on what was read back: every access that the configuration grants to the run's accounts is
 * allowed, by evaluation, and nothing of ours names them elsewhere. Resources that were not updated are left out:
 * their outcome says so already.
 */
export async function verifyRun(services: Services, { runId, accounts }: VerifyStep): Promise<Verification> {
  const registered = accounts
    .filter(({ revision }) => revision !== undefined)
    .map(({ accountId }) => accountId);
  if (registered.length === 0) return { verified: 0, missing: [] };
  const { configuration } = await activeConfiguration(services.store);
  const all = await services.store.registry.accounts();
  const changes = new Map(
    (await services.store.runs.changes(runId)).map((change) => [change.resource, change]),
  );
  const context = grantContext(configuration);
  const findings = await pMap(
    desiredResources(configuration, all).filter(({ key }) => wasUpdated(changes.get(key))),
    async (desired) => {
      const documents = await evidence(services, runId, desired, changes.get(desired.key));
      if (typeof documents === 'string') return [documents];
      const ours = all.filter(
        ({ id }) => registered.includes(id) && !changes.get(desired.key)?.accountIds?.includes(id),
      );
      return ours.flatMap((account) => accountFindings(desired, account, documents, context));
    },
    { concurrency: 8 },
  );
  const missing = findings.flat().filter((finding) => finding !== undefined);
  return { verified: findings.flat().length, missing: missing.slice(0, mostLines) };
}

const wasUpdated = (change: ResourceChange | undefined): boolean =>
  change?.outcome !== undefined && !['busy', 'refused', 'failed'].includes(change.outcome);

type Documents = readonly (PolicyDocument | undefined)[];

/** What this run has read back under the lease, or a fresh read where another run has done the work; or why not. */
async function evidence(
  services: Services,
  runId: string,
  desired: DesiredResource,
  change: ResourceChange | undefined,
): Promise<Documents | string> {
  if (change?.after !== undefined)
    return Object.values(change.after).map(
      (document) => (document ?? undefined) as PolicyDocument | undefined,
    );
  try {
    const { configuration } = await activeConfiguration(services.store);
    const clients = services.aws(runId, configuration).reader(desired.ref);
    const state = await desired.kind.read(clients, desired.ref, grantContext(configuration));
    return Object.values(desired.kind.documents(state));
  } catch (error) {
    return `${desired.key}: could not be read for verification: ${errorRecord(error).message}`;
  }
}

/** One entry for each thing looked at: undefined where it is as it should be. */
function accountFindings(
  desired: DesiredResource,
  account: Account,
  documents: Documents,
  context: GrantContext,
): readonly (string | undefined)[] {
  const accesses = accessesOf(desired, account, context);
  if (accesses.length > 0)
    return accesses.map((access) => {
      const { allowed, why } = isAllowed(documents, access);
      return allowed ? undefined : `${desired.key}: ${access.who} cannot ${access.what}: ${why}`;
    });
  const named = documents.some((document) =>
    ownedStatements(document, context.deploymentId).some((statement) =>
      accountIdsIn(statement).has(account.id),
    ),
  );
  return [named ? `${desired.key}: still names ${account.id}, which gets nothing on it` : undefined];
}

/** What the configuration grants to an account on a resource; nothing for one that is no member. */
export const accessesOf = (
  { kind, ref, shares }: DesiredResource,
  account: Account,
  context: GrantContext,
): readonly Access[] =>
  isMember(account)
    ? shares
        .filter(({ accounts }) => accounts.some(({ id }) => id === account.id))
        .flatMap(({ entry }) => kind.accesses(entry, account, ref, context))
    : [];

/** Whether the documents together allow it: one allows, none denies. */
export function isAllowed(documents: Documents, { request }: Access): { allowed: boolean; why: string } {
  const decisions = documents.map((document) => evaluatePolicy(document, request));
  const denied = decisions.find(({ decision }) => decision === 'deny');
  if (denied !== undefined)
    return { allowed: false, why: `the statement ${denied.sid ?? 'without Sid'} denies it` };
  const allowed = decisions.some(({ decision }) => decision === 'allow');
  return { allowed, why: allowed ? '' : 'no statement allows it' };
}
