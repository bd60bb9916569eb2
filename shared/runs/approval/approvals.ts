import pMap from 'p-map';
import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import { formatDifference } from '../../iam/difference-text.ts';
import {
  type AccountNames,
  createAccountNames,
  formatAccountId,
  type RegisteredAccount,
} from '../../platform/account.ts';
import { getTimestamp } from '../../platform/clock.ts';
import type { DesiredResource } from '../../reconcile/desired-resource.ts';
import { listActiveResources } from '../../reconcile/desired-resources.ts';
import { filterConcerning } from '../../reconcile/differences.ts';
import { readSnapshot } from '../../reconcile/plan-all.ts';
import { assumeApproved, type Gain } from '../../reconcile/required-approval.ts';
import type { Services } from '../../reconcile/services.ts';
import { type ApprovalPlan, type ApprovalPlanRequest, idsOf } from './approval-plan.ts';

const approvedResources = (
  active: ActiveConfiguration,
  accounts: readonly RegisteredAccount[],
  waiting: readonly RegisteredAccount[],
): readonly DesiredResource[] => listActiveResources(active, assumeApproved(accounts, idsOf(waiting)));

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Describes how policies change if the waiting accounts are approved. For each resource: one line with its grants, then
 * the changed lines of its policy that name these accounts.
 */
export async function formatApprovalDifference(
  services: Services,
  request: ApprovalPlanRequest & { readonly runId: string },
  { gains: everywhere, waiting }: ApprovalPlan,
): Promise<string> {
  const { active, accounts, runId } = request;
  const byResource = Map.groupBy(everywhere, ({ resource }) => resource);
  const wanted = approvedResources(active, accounts, waiting).filter(({ key }) => byResource.has(key));
  const madeAt = getTimestamp(services.clock);
  const names = createAccountNames(accounts);
  const planRequest = { runId, active, accounts: assumeApproved(accounts, idsOf(waiting)), madeAt };
  const texts = await pMap(
    wanted,
    async (desired) => {
      const { differences, error } = await readSnapshot(services, planRequest, desired);
      const own = formatDifference(filterConcerning(differences, ...idsOf(waiting)), { names });
      return [
        headingOf(desired.key, byResource.get(desired.key) ?? [], names),
        ...(error === undefined ? [] : [`cannot be planned: ${error.name}: ${error.message}`]),
        ...(own === '' ? [] : own.split('\n')),
      ].join('\n  ');
    },
    { concurrency },
  );
  return texts.join('\n');
}

const headingOf = (resource: string, own: readonly Gain[], names: AccountNames): string =>
  `${resource}: ${[...new Set(own.map(({ grant }) => grant))].join(', ')} for ${[
    ...new Set(own.map(({ accountId }) => formatAccountId(accountId, names))),
  ].join(', ')}`;
