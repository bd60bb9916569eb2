import { isMember } from '../accounts/membership.ts';
import { type ActiveConfiguration, getActiveConfiguration } from '../configuration/active-configuration.ts';
import type { RegisteredAccount } from '../platform/account.ts';
import {
  checkMemberRoles,
  listMemberRolesOf,
  type MemberRoleCheck,
  type MemberRoleDrift,
} from '../reconcile/check-member-roles.ts';
import type { Services } from '../reconcile/services.ts';
import type { MemberCheck, MemberRoleCounts } from '../store/ports.ts';
import { uniqueLines } from './finish.ts';
import { addCounts, type MemberCheckCursor } from './member-check-cursor.ts';
import { formatMemberRoleCheck, type MemberRoleLines } from './member-role-lines.ts';

/** How many sweeps it takes until every unchanged account was checked once. */
export const sweepsForAllAccounts = 7;

/** How many accounts one call of the function checks. An account with three roles takes about 20 calls to AWS. */
const maxAccounts = 50;

/**
 * How many lines the result has at most. More would not fit into an item of the table and into the state of a state
 * machine.
 */
const maxLines = 200;
const maxAgain = 1_000;

export interface MemberCheckStep {
  readonly runId: string;
  /** Where to continue. Null when the check begins. */
  readonly cursor: MemberCheckCursor | null;
}

export interface MemberCheckState {
  readonly status: 'more' | 'done';
  /** Where the next call of the function continues. Absent if the check is complete. */
  readonly cursor?: MemberCheckCursor;
  readonly counts: MemberRoleCounts;
}

const noCounts: MemberRoleCounts = { accounts: 0, roles: {}, accesses: {} };

/**
 * Checks the member roles of the next accounts. A check covers accounts that changed since the last check, accounts
 * whose roles differed then, and a part of all others. Stores the differences in the record of the run.
 * @param max how many accounts this call checks
 */
export async function checkNextMembers(
  services: Services,
  { runId, cursor }: MemberCheckStep,
  max: number = maxAccounts,
): Promise<MemberCheckState> {
  const { store } = services;
  const active = await getActiveConfiguration(store);
  if ((active.configuration.memberRoles ?? []).length === 0) return { status: 'done', counts: noCounts };
  const begun = cursor ?? (await beginCheck(services));
  const last = await store.memberChecks.get();
  const due = (await store.registry.listAccounts()).filter(
    (account) => account.id > begun.after && isDue(account, last) && hasMemberRoles(active, account),
  );
  const accounts = due.slice(0, max);
  const whole = { runId, ...(await store.runs.getWhole(runId)) };
  const checked = await checkMemberRoles(services, { active, whole, accounts });
  const lines = formatMemberRoleCheck(checked, active.configuration);
  const next = advance(begun, { accounts, checked, lines });
  await noteLines(services, runId, keepWithin(lines, maxLines - begun.lines));
  if (due.length > max) return { status: 'more', cursor: next, counts: next.counts };
  const { revision, again } = next;
  await store.memberChecks.put({ checks: (last?.checks ?? 0) + 1, revision, again });
  return { status: 'done', counts: next.counts };
}

async function beginCheck({ store }: Services): Promise<MemberCheckCursor> {
  const { revision } = await store.registry.getHead();
  return { after: '', revision, again: [], lines: 0, counts: noCounts };
}

const hasMemberRoles = (active: ActiveConfiguration, account: RegisteredAccount): boolean =>
  isMember(account) && listMemberRolesOf(active, account).length > 0;

/**
 * Whether an unchanged account is checked in this sweep. Only the account's id and the number of the check decide this.
 */
const isDue = ({ id, revision }: RegisteredAccount, last: MemberCheck | undefined): boolean =>
  last === undefined ||
  revision > last.revision ||
  last.again.includes(id) ||
  Number(id) % sweepsForAllAccounts === last.checks % sweepsForAllAccounts;

interface Slice {
  readonly accounts: readonly RegisteredAccount[];
  readonly checked: MemberRoleCheck;
  readonly lines: MemberRoleLines;
}

function advance(cursor: MemberCheckCursor, { accounts, checked, lines }: Slice): MemberCheckCursor {
  const { roles, findings } = checked;
  const results = findings.flatMap(({ result }) => result ?? []);
  const denied = results.filter(({ status }) => status === 'denied').map(({ accountId }) => accountId);
  const wrong = new Set([...denied, ...roles.filter(isChecked).map(({ account }) => account.id)]);
  const { counts } = cursor;
  return {
    ...cursor,
    after: accounts.at(-1)?.id ?? cursor.after,
    again: [...cursor.again, ...[...wrong].sort()].slice(0, maxAgain),
    lines: cursor.lines + lines.unresolved.length + lines.warnings.length,
    counts: {
      accounts: counts.accounts + accounts.length,
      roles: addCounts(
        counts.roles,
        roles.map(({ status }) => status),
      ),
      accesses: addCounts(
        counts.accesses,
        results.map(({ status }) => status),
      ),
    },
  };
}

/**
 * Whether the next check must include the account again, because a role differs. A role that could not be read does not
 * count: its account is checked again when it is its turn.
 */
const isChecked = ({ status }: MemberRoleDrift): boolean => status !== 'equal' && status !== 'unreadable';

/** Keeps as many lines as there is room for. One more line says that lines of the check are missing. */
function keepWithin({ unresolved, warnings }: MemberRoleLines, room: number): MemberRoleLines {
  if (unresolved.length + warnings.length <= room) return { unresolved, warnings };
  const more = 'More member roles differ from the configuration. Run: onboarding check --account ID';
  const kept = unresolved.slice(0, Math.max(0, room));
  return {
    unresolved: unresolved.length > kept.length ? [...kept, more] : kept,
    warnings: warnings.slice(0, Math.max(0, room - unresolved.length)),
  };
}

/** Adds lines to the run's record, after the lines of earlier steps. */
async function noteLines(
  { store: { runs } }: Services,
  runId: string,
  lines: MemberRoleLines,
): Promise<void> {
  const run = await runs.get(runId);
  if (run === undefined || lines.unresolved.length + lines.warnings.length === 0) return;
  const unresolved = uniqueLines([...(run.unresolved ?? []), ...lines.unresolved]);
  const warnings = uniqueLines([...(run.warnings ?? []), ...lines.warnings]);
  await runs.open({
    ...run,
    ...(unresolved.length === 0 ? {} : { unresolved }),
    ...(warnings.length === 0 ? {} : { warnings }),
  });
}
