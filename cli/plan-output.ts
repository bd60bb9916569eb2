import { getGrantKind } from '../shared/grants/kinds.ts';
import { signs } from '../shared/iam/difference-text.ts';
import { createAccountNames, formatAccountId } from '../shared/platform/account.ts';
import type { OverallPlan, ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { formatDifferences, getColorOfSign } from './differences.ts';
import type { CliEnvironment } from './environment.ts';
import { type Colors, formatCount, formatNumber, type Output } from './output.ts';
import { countPlan, getShownDifferences, type PlanReport } from './plan-report.ts';
import { getPlannedPolicies, printPolicies } from './planned-policies.ts';
import { formatHeading, sortAccounts } from './run-output.ts';
import { splitResourceKey } from './run-report.ts';
import { getReadableWidth, printWarnings } from './warnings.ts';

/** Prints the installation, the configuration and the registry revision of the plan, and the environment. */
export function printHead(out: Output, { where }: Pick<CliEnvironment, 'where'>, report: PlanReport): void {
  const { installation, configurationHash: hash, registryRevision } = report;
  out.line(
    out.colors.bold(`Installation ${installation}`) +
      out.colors.dim(`, configuration ${hash.slice(0, 12)}, registry revision ${registryRevision}`),
  );
  out.line(out.colors.dim(`In ${where}`));
}

interface PlanDetail {
  /** Whether to fold nothing, and to print each policy before and after. Default: false. */
  readonly full?: boolean;
  /** What shows folded lists in full. Default: `onboarding plan --full`, because only `plan` has this option. */
  readonly unfoldedBy?: string;
}

/** The plan for people: the changes by resource, then the warnings, then the counts. */
export function printPlan(
  out: Output,
  overall: OverallPlan,
  warnings: readonly string[],
  detail: PlanDetail = {},
): void {
  const changing = overall.resources
    .filter(({ plan }) => plan?.changed)
    .map((snapshot) => ({ resource: snapshot.desired.key, snapshot }));
  const names = createAccountNames(overall.accounts);
  for (const account of sortAccounts(changing, overall.active.configuration)) {
    out.line();
    out.line(out.colors.bold(formatHeading(account, overall.active.configuration, names)));
    for (const { resource, snapshot } of changing)
      if (splitResourceKey(resource).account === account) printResource(out, snapshot, overall, detail);
  }
  printWarnings(out, warnings);
  out.line();
  out.line(formatCounts(overall, out.colors));
}

function printResource(
  out: Output,
  snapshot: ResourceSnapshot,
  overall: OverallPlan,
  { full = false, unfoldedBy = '`onboarding plan --full`' }: PlanDetail,
): void {
  const { colors } = out;
  const { kind, id, region } = splitResourceKey(snapshot.desired.key);
  const sign = getSign(snapshot);
  const title = `${getColorOfSign(colors, sign)(sign)} ${getGrantKind(kind).title} ${colors.bold(id)}`;
  out.line(`  ${title}  ${colors.dim([region, formatFullness(snapshot)].filter(Boolean).join(', '))}`);
  const differences = getShownDifferences(snapshot, overall);
  const width = getReadableWidth(out) - 6;
  const names = createAccountNames(overall.accounts);
  const lines = formatDifferences(differences, { colors, width, full, names, unfoldedBy });
  for (const line of lines) out.line(`      ${line}`);
  if (lines.length === 0) out.line(`      ${colors.dim(leftOver)}`);
  if (full) printPolicies(out, getPlannedPolicies(snapshot), '      ');
}

/** The text for a plan that changes managed statements but gives and removes no access. */
export const leftOver =
  'no access changes: only an unused managed object, such as a policy that is not attached';

/** `+`: the resource gets its first policy. `-`: the plan removes its policy. `~`: the policy changes. */
export function getSign({ actual = {}, plan, desired }: ResourceSnapshot): '+' | '-' | '~' {
  const some = (documents: object): boolean =>
    Object.values(documents).some((document) => document !== undefined);
  if (plan !== undefined && !some(desired.kind.toDocuments(plan.next))) return signs.removed;
  return some(actual) ? signs.changed : signs.added;
}

/** How full the policy is after the plan, such as `8 % full`. */
export const formatFullness = ({ plan }: ResourceSnapshot): string =>
  plan === undefined ? '' : `${Math.ceil((plan.size / plan.limit) * 100)} % full after`;

/** The counts, such as `Plan: 6 resources to change, 2 unchanged, 1 with blocked removals`. */
export function formatCounts(overall: OverallPlan, { bold, dim }: Pick<Colors, 'bold' | 'dim'>): string {
  const { change, unchanged, blockedRemovals, inGrace, failed } = countPlan(overall);
  const scope =
    overall.accountId === undefined
      ? ''
      : ` for account ${formatAccountId(overall.accountId, createAccountNames(overall.accounts))}`;
  const parts = [
    `${formatCount(change, 'resource')} to change`,
    // Resources without grants for the account are skipped.
    ...(overall.accountId === undefined ? [`${formatNumber(unchanged)} unchanged`] : []),
    ...(blockedRemovals === 0 ? [] : [`${formatNumber(blockedRemovals)} with blocked removals`]),
    ...(inGrace === 0 ? [] : [`${formatNumber(inGrace)} with accounts in a grace period`]),
    ...(failed === 0 ? [] : [`${formatNumber(failed)} cannot be planned`]),
  ];
  return `${bold(`Plan${scope}:`)} ${parts.join(', ')}${change === 0 && failed === 0 ? dim('. Nothing to do') : ''}`;
}
