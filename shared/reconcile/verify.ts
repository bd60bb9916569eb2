import pMap from 'p-map';
import { getActiveConfiguration } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import { type Configuration, defaultMemberRolesMinutes } from '../configuration/schema.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { Account, RegisteredAccount } from '../platform/account.ts';
import { ResourceMissingError, ThrottledError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { ResourceChange, ResourceState, WholeRun } from '../store/ports.ts';
import {
  type Finding,
  isViolation,
  listAccountFindings,
  listUnjudged,
  summarize,
  type Verification,
} from './access-findings.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { formatResult } from './hold-text.ts';
import { getHolds, listHeldAccounts, listKeptAccounts } from './holds.ts';
import { getEffectiveRevision } from './is-up-to-date.ts';
import type { Documents } from './judge-access.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { proveFindings } from './prove-findings.ts';
import { createRecordedReadings } from './recorded-readings.ts';
import type { Services } from './services.ts';
import { wasReconciledJustNow } from './write-batching.ts';

export interface VerifyStep {
  readonly runId: string;
  readonly accounts: readonly { readonly accountId: string; readonly revision?: number | undefined }[];
  /** How many seconds the run has already waited for member roles. Default: 0. */
  readonly waitedSeconds?: number | undefined;
}

/**
 * Verifies a run by the states that it has read after its writes:
 * - Every access that the configuration gives to the run's accounts must be allowed.
 * - No other managed statement may name these accounts.
 * Accesses on resources that the run did not update are unknown. An account that changed again after the start of this
 * run is skipped, because the run for that change verifies it.
 */
export async function verifyRun(
  services: Services,
  { runId, accounts, waitedSeconds = 0 }: VerifyStep,
): Promise<Verification> {
  const revisions = new Map(accounts.map(({ accountId, revision }) => [accountId, revision]));
  if (![...revisions.values()].some((revision) => revision !== undefined))
    return summarize([], { waitedSeconds, maxSeconds: 0 });
  const active = await getActiveConfiguration(services.store);
  const { configuration } = active;
  const own = await pMap(revisions.keys(), (id) => services.store.registry.getAccount(id), {
    concurrency: 8,
  });
  const whole = { runId, ...(await services.store.runs.getWhole(runId)) };
  const unchanged = own
    .filter((account) => account !== undefined)
    .filter(({ id, revision }) => revisions.get(id) === revision);
  // The run has planned more accounts than its own. Their holds and drift do not matter here.
  const planned = whole.changes.map(({ resource }) => resource);
  const resources = listActiveResources(active, unchanged, planned);
  const findings = await judgeResources(services, { configuration, whole, accounts: unchanged }, resources);
  const { memberRolesMinutes = defaultMemberRolesMinutes } = configuration.verification ?? {};
  const wait = { waitedSeconds, maxSeconds: memberRolesMinutes * 60 };
  const mayArrive = waitedSeconds < wait.maxSeconds;
  const readings = createPolicyReadings(services, whole.run?.startedAt);
  const recorded = createRecordedReadings(services, { whole, since: readings.since });
  const request = { runId, configuration, readings, recorded, mayArrive };
  return summarize(await proveFindings(services, request, findings), wait);
}

/** Which accounts to judge, and whose records to use. */
export interface CentralQuestion {
  readonly configuration: Configuration;
  readonly whole: WholeRun & { readonly runId: string };
  readonly accounts: readonly RegisteredAccount[];
  /** Whether to read a resource about which no run has a record. Default: true. */
  readonly mayRead?: boolean;
}

/**
 * Judges the central half of each access of the accounts. It uses the record of the run if there is one. Otherwise it
 * reads the policies from AWS.
 */
export async function judgeResources(
  services: Services,
  { configuration, whole, accounts, mayRead = true }: CentralQuestion,
  resources: readonly DesiredResource[],
): Promise<readonly Finding[]> {
  const changes = new Map(whole.changes.map((change) => [change.resource, change]));
  const question = {
    runId: whole.runId,
    configuration,
    accounts,
    revision: Math.max(...accounts.map(({ revision }) => revision)),
    resumed: whole.run?.waitingUntil !== undefined,
    startedAt: whole.run?.startedAt ?? '',
    mayRead,
  };
  const ask = (desired: DesiredResource) =>
    resourceFindings(services, { ...question, desired, change: changes.get(desired.key) });
  return (await pMap(resources, ask, { concurrency: 8 })).flat();
}

interface Question {
  readonly runId: string;
  readonly configuration: Configuration;
  readonly desired: DesiredResource;
  readonly change: ResourceChange | undefined;
  readonly accounts: readonly Account[];
  /** The highest registry revision of the accounts. */
  readonly revision: number;
  /** Whether the run has continued after an approval. While it waited, other runs may have replaced its writes. */
  readonly resumed: boolean;
  /** When the run began, ISO 8601. Empty if the run has no record. */
  readonly startedAt: string;
  readonly mayRead: boolean;
}

/** The findings about one resource, one for each access or account that was judged. */
async function resourceFindings(services: Services, question: Question): Promise<readonly Finding[]> {
  const { desired, change } = question;
  // A search found the resource after this run's plan. The run that found it also verifies it.
  if (change === undefined) return desired.named ? unplanned(question) : [];
  if (!wasUpdated(change)) return listUnproven(question, describeNotUpdated(change));
  const held = new Set(listHeldAccounts(change.holds ?? [], 'capacity'));
  const waiting = question.accounts.filter(({ id }) => held.has(id));
  const accounts = question.accounts.filter(({ id }) => !held.has(id));
  return [
    ...listUnproven({ ...question, accounts: waiting }, 'the policy has no room for the account'),
    ...(accounts.length === 0 ? [] : await updatedFindings(services, { ...question, accounts, change })),
  ];
}

async function updatedFindings(
  services: Services,
  question: Question & { readonly change: ResourceChange },
): Promise<readonly Finding[]> {
  const { desired, change } = question;
  const ownFindings = recordedFindings(question, change);
  if (ownFindings !== undefined && !(question.resumed && ownFindings.some(isViolation))) return ownFindings;
  if (!question.mayRead) return knownOrUnproven(services, question);
  try {
    return (await verifyFromRecentRecord(services, question)) ?? (await freshFindings(services, question));
  } catch (error) {
    // After a burst many runs read at the same time, and AWS throttles. A retry would read all resources of the run
    // again. So the record of another run is used.
    if (error instanceof ThrottledError) return provedOr(error, services, question);
    // A resource that a search found may have been deleted since then. The update has skipped it, too.
    if (error instanceof ResourceMissingError && !desired.named) return [];
    const { message } = toErrorRecord(error);
    const violation = `${desired.key}: cannot be read for verification: ${message}`;
    return [{ violation }, ...listUnproven(question, `the central resource cannot be read: ${message}`)];
  }
}

/** Uses the record of the run that reconciled the resource last. Without such a record, the accesses are unknown. */
async function knownOrUnproven(services: Services, question: Question): Promise<readonly Finding[]> {
  const state = await services.store.resources.get(question.desired.key);
  const recordFindings = await verifyFromRecord(services, question, state);
  return recordFindings ?? listUnproven(question, 'no run has recorded the policies of the central resource');
}

/** Uses the state that this run has read after its write. `undefined` if it has read none. */
const recordedFindings = (question: Question, { after }: ResourceChange) =>
  after && documentFindings(question, recordedDocuments(after));

const recordedDocuments = (after: NonNullable<ResourceChange['after']>): Documents =>
  Object.values(after).map((document) => (document ?? undefined) as PolicyDocument | undefined);

/**
 * Findings by the record of a reconciliation that ended a moment ago, after this run had begun. Otherwise every run of a
 * burst would read each resource again.
 */
async function verifyFromRecentRecord(services: Services, question: Question) {
  const state = await services.store.resources.get(question.desired.key);
  const isRecent = wasReconciledJustNow(state, services.clock.now());
  return isRecent && (state?.lastReconciliation?.at ?? '') > question.startedAt
    ? verifyFromRecord(services, question, state)
    : undefined;
}

/**
 * AWS has throttled a read. Uses the record of another run instead.
 * @throws `error` if there is no such record: then the state machine tries again later
 */
async function provedOr(error: ThrottledError, services: Services, question: Question) {
  const state = await services.store.resources.get(question.desired.key);
  const proved = await verifyFromRecord(services, question, state);
  if (proved === undefined) throw error;
  return proved;
}

/**
 * Uses the record of the run that has done this run's work. `undefined` if there is no such record, or if it does not
 * prove every access.
 */
async function verifyFromRecord(
  { store }: Services,
  question: Question,
  state: ResourceState | undefined,
): Promise<readonly Finding[] | undefined> {
  const { lastReconciliation: last } = state ?? {};
  if (state === undefined || last === undefined || last.runId === question.runId) return undefined;
  const accountIds = question.accounts.map(({ id }) => id);
  if (getEffectiveRevision(state, accountIds) < question.revision) return undefined;
  const theirs = await store.runs.getChange(last.runId, question.desired.key);
  if (theirs?.after === undefined || !wasUpdated(theirs)) return undefined;
  // The record was written before the last reconciliation, so it proves nothing about the present state.
  if ((theirs.finishedAt ?? '') < last.at) return undefined;
  const provenFindings = documentFindings(
    question,
    recordedDocuments(theirs.after),
    listKeptAccounts(getHolds(state)),
  );
  return provenFindings.some(isViolation) ? undefined : provenFindings;
}

/** Whether the resource has its desired state, for all accounts without a hold. */
const wasUpdated = ({ outcome }: ResourceChange): boolean =>
  outcome !== undefined && !['conflict', 'busy', 'refused', 'failed'].includes(outcome);

/** The accesses on a resource that could not be judged. All have the same reason. */
const listUnproven = ({ desired, accounts, configuration }: Question, reason: string): readonly Finding[] =>
  accounts.flatMap((account) =>
    listUnjudged(desired, account, getGrantContext(configuration), { status: 'unknown', reason }),
  );

const describeNotUpdated = (change: ResourceChange): string =>
  `the central resource was not updated${change.outcome === undefined ? '' : ` (${formatResult(change.outcome, change)})`}`;

/** The findings for a resource that the run has not planned: another configuration became active after the plan. */
function unplanned(question: Question): readonly Finding[] {
  const reason = 'not planned, because another configuration became active during the run';
  const unproven = listUnproven(question, reason);
  const violation = `${question.desired.key}: ${reason}. Start the run again`;
  return unproven.length === 0 ? [] : [{ violation }, ...unproven];
}

/**
 * How long a read may return the state from before another run's write, in milliseconds. IAM and S3 are eventually
 * consistent.
 */
const patience = 20_000;

/**
 * Reads the resource again and judges the accesses. If another run made the write, the read may return the older state,
 * so it is repeated for a while.
 */
async function freshFindings(services: Services, question: Question) {
  const { clock } = services;
  const { desired, runId, configuration } = question;
  const deadline = clock.now() + patience;
  for (let pause = 500; ; pause *= 2) {
    const clients = services.aws(runId, configuration).getReader(desired.ref);
    const state = await desired.kind.read(clients, desired.ref, getGrantContext(configuration));
    const remembered = await services.store.resources.get(desired.key);
    const presentDocuments = Object.values(desired.kind.toDocuments(state, remembered?.managed.sids));
    const findings = documentFindings(question, presentDocuments, listKeptAccounts(getHolds(remembered)));
    if (!findings.some(isViolation) || clock.now() + pause > deadline) return findings;
    await clock.sleep(pause);
  }
}

function documentFindings(
  { configuration, desired, change, accounts }: Question,
  documents: Documents,
  keptNow: readonly string[] = listKeptAccounts(change?.holds ?? []),
): readonly Finding[] {
  const context = getGrantContext(configuration);
  const kept = new Set(keptNow);
  const rejected = new Set(listHeldAccounts(change?.holds ?? [], 'rejected-principal'));
  const reason = 'AWS does not accept the account as a principal now';
  return accounts.flatMap((account) =>
    rejected.has(account.id)
      ? listUnjudged(desired, account, context, { status: 'denied', reason })
      : listAccountFindings(desired, account, { documents, kept }, context),
  );
}
