import pMap from 'p-map';
import { isMember, isUnreadable } from '../accounts/membership.ts';
import { getActiveConfiguration } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Access, GrantContext } from '../grants/contract.ts';
import { findAccountIds } from '../iam/accounts.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import type { Account } from '../platform/account.ts';
import { formatAccount } from '../platform/account.ts';
import { ResourceMissingError, ThrottledError } from '../platform/aws/errors.ts';
import { limitLines } from '../platform/bounded-lines.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { ResourceChange, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { getEffectiveRevision } from './is-up-to-date.ts';
import { type Documents, judgeAccess, listAccesses } from './judge-access.ts';
import type { Services } from './services.ts';
import { isUnderBurst } from './write-batching.ts';

export interface VerifyStep {
  readonly runId: string;
  readonly accounts: readonly { readonly accountId: string; readonly revision?: number | undefined }[];
}

export interface Verification {
  /** How many things were judged. */
  readonly verified: number;
  /** What is not as the configuration says, a line each; as many as a state takes, which is 256 KiB. */
  readonly missing: readonly string[];
  /** What cannot be judged, a line each. It is no proof, and no failure. */
  readonly unknown: readonly string[];
}

const maxFindings = { lines: 1_000, bytes: 100_000 };
const maxUnknown = { lines: 200, bytes: 40_000 };

const correctAndVerify = (): string =>
  'to see all lines, correct the causes of the lines here, then start the run again, which verifies every access again';

/**
 * Proves the run's result on what was read back: every access that the configuration grants to the run's accounts is
 * allowed, by evaluation, and no managed statement names them elsewhere. Resources that were not updated are
 * skipped: their outcome says so already. Accounts that changed since this run registered them are skipped too: the run that
 * registered the change answers for it.
 */
export async function verifyRun(services: Services, { runId, accounts }: VerifyStep): Promise<Verification> {
  const revisions = new Map(accounts.map(({ accountId, revision }) => [accountId, revision]));
  if (![...revisions.values()].some((revision) => revision !== undefined))
    return { verified: 0, missing: [], unknown: [] };
  const active = await getActiveConfiguration(services.store);
  const { configuration } = active;
  const own = await pMap(revisions.keys(), (id) => services.store.registry.getAccount(id), {
    concurrency: 8,
  });
  const whole = await services.store.runs.getWhole(runId);
  const changes = new Map(whole.changes.map((change) => [change.resource, change]));
  const unchanged = own
    .filter((account) => account !== undefined)
    .filter(({ id, revision }) => revisions.get(id) === revision);
  const resumed = whole.run?.waitingUntil !== undefined;
  const findings = await pMap(
    // For these accounts alone: what the others have is nothing to this run.
    listActiveResources(active, unchanged),
    (desired) =>
      resourceFindings(services, {
        runId,
        configuration,
        desired,
        change: changes.get(desired.key),
        accounts: unchanged,
        revision: Math.max(...unchanged.map(({ revision }) => revision)),
        resumed,
      }),
    { concurrency: 8 },
  );
  return summarize(findings.flat());
}

/** What was found about one access, or about one account that should have none. */
type Finding =
  | { readonly outcome: 'verified' }
  | { readonly outcome: 'missing' | 'unknown'; readonly line: string };

const isMissing = ({ outcome }: Finding): boolean => outcome === 'missing';

function summarize(findings: readonly Finding[]): Verification {
  const listLines = (outcome: 'missing' | 'unknown') =>
    findings.flatMap((finding) => (finding.outcome === outcome ? [finding.line] : []));
  const unknown = listLines('unknown');
  return {
    verified: findings.length - unknown.length,
    missing: limitLines(listLines('missing'), maxFindings, correctAndVerify),
    unknown: limitLines(unknown, maxUnknown, correctAndVerify),
  };
}

interface Question {
  readonly runId: string;
  readonly configuration: Configuration;
  readonly desired: DesiredResource;
  readonly change: ResourceChange | undefined;
  readonly accounts: readonly Account[];
  /** The latest of the accounts' revisions. */
  readonly revision: number;
  /** Whether the run has waited for approval: what it wrote before may have been written anew by others since. */
  readonly resumed: boolean;
}

/** One entry for each thing looked at. */
async function resourceFindings(services: Services, question: Question): Promise<readonly Finding[]> {
  const { desired, change } = question;
  // What a pattern has found since the plan is planned by the run that found it.
  if (change === undefined) return desired.named ? unplanned(question) : [];
  if (!wasUpdated(change)) return [];
  const known = recordedFindings(question, change);
  if (known !== undefined && !(question.resumed && known.some(isMissing))) return known;
  try {
    return (await verifyFromRecordInBurst(services, question)) ?? (await freshFindings(services, question));
  } catch (error) {
    // After a crowd many ask at once, and each that asks again would ask for all of its resources.
    if (error instanceof ThrottledError) return provedOr(error, services, question);
    // What a pattern has found may be deleted, and the update has passed it over then.
    if (error instanceof ResourceMissingError && !desired.named) return [];
    const { message } = toErrorRecord(error);
    return [toMissing(`${desired.key}: cannot be read for verification: ${message}`)];
  }
}

/** By what the run itself has read; `undefined` where it has read nothing. */
const recordedFindings = (question: Question, { after }: ResourceChange) =>
  after && documentFindings(question, recordedDocuments(after));

const recordedDocuments = (after: NonNullable<ResourceChange['after']>): Documents =>
  Object.values(after).map((document) => (document ?? undefined) as PolicyDocument | undefined);

/** In a crowd, so that nobody reads each resource again for each account. */
async function verifyFromRecordInBurst(services: Services, question: Question) {
  const state = await services.store.resources.get(question.desired.key);
  return isUnderBurst(state, services.clock.now()) ? verifyFromRecord(services, question, state) : undefined;
}

/** @throws ThrottledError `error`, where there is no proof: it says nothing about the access, and the state machine asks again later */
async function provedOr(error: ThrottledError, services: Services, question: Question) {
  const state = await services.store.resources.get(question.desired.key);
  const proved = await verifyFromRecord(services, question, state);
  if (proved === undefined) throw error;
  return proved;
}

/**
 * By what the run that has done our work has read back; `undefined` where there is none, or it has not recorded that yet,
 * or something is missing there.
 */
async function verifyFromRecord(
  { store }: Services,
  question: Question,
  state: ResourceState | undefined,
): Promise<readonly Finding[] | undefined> {
  if (state?.lastRun === undefined || state.lastRun.runId === question.runId) return undefined;
  const accountIds = question.accounts.map(({ id }) => id);
  if (getEffectiveRevision(state, accountIds) < question.revision) return undefined;
  const changes = await store.runs.listChanges(state.lastRun.runId);
  const theirs = changes.find(({ resource }) => resource === question.desired.key);
  if (theirs?.after === undefined || !wasUpdated(theirs)) return undefined;
  // An attempt of theirs before the one that has left it so proves nothing.
  if ((theirs.finishedAt ?? '') < state.lastRun.at) return undefined;
  const { leaving = {}, withheld = [] } = state;
  const known = documentFindings(question, recordedDocuments(theirs.after), [
    ...Object.keys(leaving),
    ...withheld,
  ]);
  return known.some(isMissing) ? undefined : known;
}

const wasUpdated = ({ outcome }: ResourceChange): boolean =>
  outcome !== undefined && !['contested', 'busy', 'refused', 'failed'].includes(outcome);

/** Another configuration became active after the plan. */
const unplanned = ({ desired, accounts, configuration }: Question): readonly Finding[] =>
  accounts.some((account) => listAccesses(desired, account, getGrantContext(configuration)).length > 0)
    ? [
        toMissing(
          `${desired.key}: not planned, because another configuration became active during the run. Start the run again`,
        ),
      ]
    : [];

const toMissing = (line: string): Finding => ({ outcome: 'missing', line });

/** How long a fresh read may be older than what another run has read back: IAM and S3 are eventually consistent. */
const patience = 20_000;

/** Another run has done the work, so its result is read; again for a while where it does not show yet. */
async function freshFindings(services: Services, question: Question) {
  const { clock } = services;
  const { desired, runId, configuration } = question;
  const deadline = clock.now() + patience;
  for (let pause = 500; ; pause *= 2) {
    const clients = services.aws(runId, configuration).getReader(desired.ref);
    const state = await desired.kind.read(clients, desired.ref, getGrantContext(configuration));
    const {
      owned = [],
      leaving = {},
      withheld = [],
    } = (await services.store.resources.get(desired.key)) ?? {};
    const found = Object.values(desired.kind.toDocuments(state, owned));
    const findings = documentFindings(question, found, [...Object.keys(leaving), ...withheld]);
    if (!findings.some(isMissing) || clock.now() + pause > deadline) return findings;
    await clock.sleep(pause);
  }
}

function documentFindings(
  { configuration, desired, change, accounts }: Question,
  documents: Documents,
  keptNow: readonly string[] = Object.keys(change?.leaving ?? {}),
) {
  const context = getGrantContext(configuration);
  const asked = accounts.filter(({ id }) => !change?.accountIds?.includes(id));
  const kept = new Set(keptNow);
  return asked.flatMap((account) => accountFindings(desired, account, { documents, kept }, context));
}

function accountFindings(
  desired: DesiredResource,
  account: Account,
  { documents, kept }: { readonly documents: Documents; readonly kept: ReadonlySet<string> },
  context: GrantContext,
): readonly Finding[] {
  const accesses = listAccesses(desired, account, context);
  if (accesses.length > 0) return accesses.map((access) => accessFinding(desired, documents, access));
  // What raw statements give is not known, so it is not verified. An account that is kept for now may be named.
  if (isGranted(desired, account) || kept.has(account.id)) return [];
  const named = documents.some((document) =>
    listManagedStatements(document, context.installationId).some((statement) =>
      findAccountIds(statement).has(account.id),
    ),
  );
  return [
    named
      ? toMissing(
          `${desired.key}: a managed statement still names ${formatAccount(account)}, which no grant gives access here`,
        )
      : { outcome: 'verified' },
  ];
}

function accessFinding({ key, kind }: DesiredResource, documents: Documents, access: Access): Finding {
  const { outcome, why } = judgeAccess(documents, kind.policyKind, access);
  const { who, what } = access;
  switch (outcome) {
    case 'allowed':
      return { outcome: 'verified' };
    case 'denied':
      return toMissing(`${key}: ${who} cannot ${what}: ${why}`);
    case 'unknown':
      return { outcome, line: `${key}: it is not known whether ${who} can ${what}: ${why}` };
  }
}

const isGranted = ({ shares }: DesiredResource, account: Account): boolean =>
  (isMember(account) || isUnreadable(account)) &&
  shares.some(({ accounts, unresolved = [] }) =>
    [...accounts, ...unresolved].some(({ id }) => id === account.id),
  );
