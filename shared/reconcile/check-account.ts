import pMap from 'p-map';
import { AccountNotMemberError } from '../accounts/errors.ts';
import { isMember } from '../accounts/membership.ts';
import { type ActiveConfiguration, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import { type Account, formatAccount, type RegisteredAccount } from '../platform/account.ts';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { Readiness } from '../store/readiness.ts';
import { type Finding, listAccountFindings, listUnjudged } from './access-findings.ts';
import type { AccessResult } from './access-result.ts';
import { inspectMembers, type MemberRoleDrift } from './check-member-roles.ts';
import { createLocator } from './create-locator.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { getHolds, listKeptAccounts } from './holds.ts';
import { computeReadiness } from './readiness.ts';
import type { Services } from './services.ts';

export interface AccountCheck {
  readonly account: Account;
  readonly results: readonly AccessResult[];
  /** Absent if the configuration gives the account no access. */
  readonly readiness: Readiness | undefined;
  /** Managed statements that name the account although no grant gives it access to the resource, one line for each. */
  readonly leftovers: readonly string[];
  /** The member roles that the account should have, each with its differences from the configuration. */
  readonly roles: readonly MemberRoleDrift[];
  /** Warnings about accounts whose place in the organization may be outdated, one line for each. */
  readonly warnings: readonly string[];
}

export interface AccountCheckRequest {
  readonly runId: string;
  readonly accountId: string;
}

/**
 * Verifies every access of one account by the policies that AWS has now, and looks for managed statements that give the
 * account more. The OU of the account is read from Organizations, because the registry may be older. Writes nothing,
 * and does not wait for member roles.
 * @throws AccountNotMemberError if the registry does not have the account
 */
export async function checkAccount(
  services: Services,
  { runId, accountId }: AccountCheckRequest,
): Promise<AccountCheck> {
  const active = await getActiveConfiguration(services.store);
  const locator = await createLocator(services, active);
  const account = await locator.find(accountId);
  if (account === undefined)
    throw new AccountNotMemberError(`The registry has no account ${accountId}. Run: onboarding import`, {
      accountId,
    });
  const question = { runId, active, account };
  const inventory = await services.store.resources.listManaged(active.centralAccountIds);
  const central = await pMap(
    listActiveResources(active, [account], inventory),
    (desired) => findCentral(services, question, desired),
    { concurrency: 8 },
  );
  const inspection = { active, runId, accounts: isMember(account) ? [account] : [], locator };
  const { findings, roles } = await inspectMembers(services, inspection, central.flat());
  const results = findings.flatMap(({ result }) => result ?? []);
  const leftovers = findings.flatMap(({ result, violation }) =>
    result === undefined && violation !== undefined ? [violation] : [],
  );
  const warnings = locator.listWarnings();
  return { account, results, readiness: computeReadiness(results), leftovers, roles, warnings };
}

interface Question {
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly account: RegisteredAccount;
}

async function findCentral(
  services: Services,
  { runId, active: { configuration }, account }: Question,
  desired: DesiredResource,
): Promise<readonly Finding[]> {
  const context = getGrantContext(configuration);
  try {
    const clients = services.aws(runId, configuration).getReader(desired.ref);
    const state = await desired.kind.read(clients, desired.ref, context);
    const remembered = await services.store.resources.get(desired.key);
    const documents = Object.values(desired.kind.toDocuments(state, remembered?.managed.sids));
    const kept = listKeptAccounts(getHolds(remembered)).includes(account.id);
    const findings = listAccountFindings(desired, account, { documents, kept: new Set() }, context);
    return findings.map((finding) => withNextStep(finding, kept));
  } catch (error) {
    const reason = `the central resource cannot be read: ${toErrorRecord(error).message}`;
    const status = error instanceof ResourceMissingError ? 'denied' : 'unknown';
    const unjudged = listUnjudged(desired, account, context, { status, reason });
    const violation = `${desired.key}: whether a managed statement names ${formatAccount(account)} is unknown: ${reason}`;
    return unjudged.length === 0 ? [{ violation }] : unjudged;
  }
}

/** Completes a finding about a statement that should not name the account. Adds what the operator should do. */
function withNextStep(finding: Finding, isKept: boolean): Finding {
  if (finding.result !== undefined || finding.violation === undefined) return finding;
  const next = isKept
    ? 'A grace period or a blocked removal keeps it. See: onboarding drift'
    : 'Start a run for the account, which removes it';
  return { violation: `${finding.violation}. ${next}` };
}
