import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import { noMatches } from '../../configuration/searches.ts';
import type { Account, RegisteredAccount } from '../../platform/account.ts';
import type { DesiredResource } from '../../reconcile/desired-resource.ts';
import { listActiveResources, listDesiredResources } from '../../reconcile/desired-resources.ts';
import {
  type ApprovalContent,
  assumeApproved,
  type Gain,
  hashApproval,
  isPendingApproval,
  isSamePendingState,
  listGains,
  toWaitingAccount,
} from '../../reconcile/required-approval.ts';
import type { ApprovalRequest } from '../../store/ports.ts';

/** What changes if an operator approves some accounts. */
export interface ApprovalPlan {
  readonly content: ApprovalContent;
  readonly planHash: string;
  /** The access that they would get on every resource, including resources found by patterns. */
  readonly gains: readonly Gain[];
  /** The accounts that wait for approval, with the revisions of their items. */
  readonly waiting: readonly RegisteredAccount[];
}

export interface ApprovalPlanRequest {
  readonly active: ActiveConfiguration;
  readonly accounts: readonly RegisteredAccount[];
  readonly accountIds: readonly string[];
}

/**
 * Which of the accounts wait for approval, and which access they would get. It uses only the registry and the
 * configuration, and calls no AWS service.
 */
export function planApproval({ active, accounts, accountIds }: ApprovalPlanRequest): ApprovalPlan {
  const { configuration, hash: configurationHash, ous } = active;
  const waiting = accounts.filter((account) => accountIds.includes(account.id) && isPendingApproval(account));
  const content = {
    installation: configuration.installation,
    configurationHash,
    accounts: waiting.map(toWaitingAccount),
    gains: gainsBy((those) => listDesiredResources(configuration, those, noMatches, ous), accounts, waiting),
  };
  const everywhere = gainsBy((those) => listActiveResources(active, those), accounts, waiting);
  return { content, planHash: hashApproval(content), gains: everywhere, waiting };
}

function gainsBy(
  resources: (accounts: readonly Account[]) => readonly DesiredResource[],
  accounts: readonly RegisteredAccount[],
  waiting: readonly RegisteredAccount[],
): readonly Gain[] {
  const ids = idsOf(waiting);
  return listGains(resources(accounts), resources(assumeApproved(accounts, ids)), ids);
}

/**
 * Whether a request can still be approved as the operator saw it. Some of its accounts may have left, or another run
 * may have got their approval. Then the approval gives less access than the operator saw, which is safe. All other
 * accounts must be unchanged.
 */
export function matchesRequest(
  { accounts: shown, planHash, configurationHash }: ApprovalRequest,
  { active, accounts }: Pick<ApprovalPlanRequest, 'active' | 'accounts'>,
): boolean {
  const now = planApproval({ active, accounts, accountIds: shown.map(({ id }) => id) });
  const waiting = now.content.accounts;
  if (now.planHash === planHash || waiting.length === 0) return true;
  if (active.hash !== configurationHash || waiting.length === shown.length) return false;
  return waiting.every((account) =>
    shown.some((one) => one.id === account.id && isSamePendingState(one, account)),
  );
}

export const idsOf = (accounts: readonly RegisteredAccount[]): ReadonlySet<string> =>
  new Set(accounts.map(({ id }) => id));
