import pMap from 'p-map';
import { isMember } from '../../shared/accounts/membership.ts';
import type { RegisteredAccount } from '../../shared/platform/account.ts';
import { compareByText } from '../../shared/platform/order.ts';
import { checkOrganization, type OrganizationCheck } from '../../shared/reconcile/check-organization.ts';
import { formatSearchProblems } from '../../shared/reconcile/discover-resources.ts';
import type { OverallPlan } from '../../shared/reconcile/plan-all.ts';
import { listReadWarnings } from '../../shared/reconcile/read-and-plan.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { formatUnreadable } from '../../shared/reconcile/unreadable-items.ts';
import { createApprovalReport } from '../approval-output.ts';
import { type CliEnvironment, createRunId } from '../environment.ts';
import { nameAccounts } from '../records.ts';
import { createAccessFacts } from './access-facts.ts';
import type { AccountFacts, ReportFacts } from './facts.ts';
import { createIndexes } from './indexes.ts';
import { toLines } from './lines.ts';
import { createPrincipalFacts } from './principal-facts.ts';
import { createResourceFacts } from './resource-facts.ts';
import { createRunFacts } from './run-facts.ts';

export interface GatherOptions {
  /** How many accounts to verify on both sides. */
  readonly verify: number;
  /** How many runs to show. */
  readonly runs: number;
}

/** Reads what the plan does not contain, and makes the facts of the report. Writes nothing. */
export async function gatherFacts(
  { services, where, inMemory, simulated }: CliEnvironment,
  plan: OverallPlan,
  options: GatherOptions,
): Promise<ReportFacts> {
  const inspected = await chooseInspected(services, plan, options.verify);
  const check = await checkOrganization(services, { runId: createRunId('report'), plan, inspected });
  const hasRecords = !inMemory || simulated;
  const records = hasRecords ? await readRecords(services, options) : noRecords;
  return createFacts({ plan, inspected, check, where, hasRecords, ...records });
}

/** First the accounts that were not right at the last sweep, then the accounts that changed last. */
async function chooseInspected(
  { store }: Services,
  { accounts }: OverallPlan,
  count: number,
): Promise<readonly RegisteredAccount[]> {
  const again = new Set((await store.memberChecks.get())?.again ?? []);
  const members = accounts.filter(isMember).toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  const first = members.filter(({ id }) => again.has(id));
  return [...first, ...members.filter(({ id }) => !again.has(id))].slice(0, count);
}

type Records = Pick<ReportFacts, 'runs' | 'approvals'> & { readonly unreadable: readonly string[] };

const noRecords: Records = { runs: [], approvals: [], unreadable: [] };

async function readRecords({ store, clock }: Services, { runs: count }: GatherOptions): Promise<Records> {
  const { items, unreadable } = await store.runs.listNewest(count);
  const open = await store.approvals.listOpen();
  const runs = await pMap(
    items,
    async (run) => ({
      run,
      changes: (await store.runs.getWhole(run.runId)).changes,
      accounts: await nameAccounts(store, run.accountIds.slice(0, 5)),
    }),
    { concurrency: 4 },
  );
  const requests = open.items.filter(({ until }) => clock.now() < Date.parse(until));
  return {
    runs: [...createRunFacts(runs)],
    approvals: await pMap(requests.map(createApprovalReport), async (request) => ({
      runId: request.runId,
      accounts: [...(await nameAccounts(store, request.accountIds))],
      requestedAt: request.requestedAt,
      until: request.until,
      command: request.command,
      difference: [...toLines(request.difference)],
    })),
    unreadable: [...unreadable, ...open.unreadable].map(formatUnreadable),
  };
}

interface Gathered extends Records {
  readonly plan: OverallPlan;
  readonly inspected: readonly RegisteredAccount[];
  readonly check: OrganizationCheck;
  readonly where: string;
  readonly hasRecords: boolean;
}

/** Pure. */
function createFacts(gathered: Gathered): ReportFacts {
  const { plan, inspected, check, where, hasRecords, runs, approvals } = gathered;
  const { configuration, hash } = plan.active;
  const accounts = createAccountFacts(plan, new Set(inspected.map(({ id }) => id)));
  const resources = createResourceFacts(plan);
  const indexes = createIndexes(accounts, resources);
  const accesses = createAccessFacts(check, accounts, indexes);
  const principals = createPrincipalFacts(plan, indexes);
  return {
    formatVersion: 1,
    madeAt: plan.madeAt,
    source: where,
    installation: configuration.installation,
    organization: configuration.organization.id,
    configurationHash: hash,
    registryRevision: plan.revision,
    accounts: [...accounts],
    accountSets: [...indexes.sets.list()],
    grants: configuration.grants.map(({ name }) => name),
    resources: [...resources],
    accesses: [...accesses],
    leftovers: [...check.leftovers],
    principals: [...principals],
    memberRoles: check.roles.flatMap(({ account, role, status, reasons }) => {
      const index = indexes.findAccount(account.id);
      return status === 'equal' || index === undefined
        ? []
        : [{ account: index, role: role.name, status, reasons: [...reasons] }];
    }),
    records: hasRecords ? 'read' : 'unavailable',
    approvals,
    runs,
    warnings: [...listWarnings(gathered)],
  };
}

const createAccountFacts = (
  { accounts }: OverallPlan,
  inspected: ReadonlySet<string>,
): readonly AccountFacts[] =>
  accounts
    .map(({ id, name, state, ouPath, approval }) => ({
      id,
      name,
      state,
      ou: ouPath,
      ...(approval === undefined ? {} : { waitsSince: approval.since }),
      verified: inspected.has(id),
    }))
    .toSorted(compareByText(({ ou, name, id }) => `${ou}\n${name}\n${id}`));

const listWarnings = ({ plan, check, unreadable }: Gathered): readonly string[] => [
  ...(check.error === undefined
    ? []
    : [`The member roles could not be read, so no access is verified on both sides: ${check.error.message}`]),
  ...formatSearchProblems(plan.discovery),
  ...plan.discovery.warnings,
  ...plan.resources.flatMap((snapshot) => listReadWarnings(snapshot, plan.active).warnings ?? []),
  ...unreadable,
];
