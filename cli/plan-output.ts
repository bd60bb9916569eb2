import { getGrantKind } from '../shared/grants/kinds.ts';
import { signs } from '../shared/iam/difference-text.ts';
import type { OverallPlan, ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { bySign, differenceLines } from './differences.ts';
import type { Stage } from './environment.ts';
import { type Colors, counted, grouped, type Output } from './output.ts';
import { countsOf, type PlanReport, shownDifferences } from './plan-report.ts';
import { accountsInOrder, headingOf } from './run-output.ts';
import { partsOf } from './run-report.ts';
import { tellWarnings, widthOf } from './warnings.ts';

/** What is compared with what, and where. */
export function tellHead(out: Output, { where }: Pick<Stage, 'where'>, report: PlanReport): void {
  const { installation, configurationHash: hash, registryRevision } = report;
  out.line(
    out.colors.bold(`Installation ${installation}`) +
      out.colors.dim(`, configuration ${hash.slice(0, 12)}, registry revision ${registryRevision}`),
  );
  out.line(out.colors.dim(`In ${where}`));
}

/** The plan for people: what would change, resource by resource, then what to beware of, then the counts. */
export function tellPlan(out: Output, overall: OverallPlan, warnings: readonly string[]): void {
  const changing = overall.resources
    .filter(({ plan }) => plan?.changed)
    .map((standing) => ({ resource: standing.desired.key, standing }));
  for (const account of accountsInOrder(changing, overall.active.configuration)) {
    out.line();
    out.line(out.colors.bold(headingOf(account, overall.active.configuration)));
    for (const { resource, standing } of changing)
      if (partsOf(resource).account === account) tellResource(out, standing, overall);
  }
  tellWarnings(out, warnings);
  out.line();
  out.line(countLine(overall, out.colors));
}

function tellResource(out: Output, standing: ResourceSnapshot, overall: OverallPlan): void {
  const { colors } = out;
  const { kind, id, region } = partsOf(standing.desired.key);
  const sign = signOf(standing);
  const title = `${bySign(colors, sign)(sign)} ${getGrantKind(kind).title} ${colors.bold(id)}`;
  out.line(`  ${title}  ${colors.dim([region, fullText(standing)].filter(Boolean).join(', '))}`);
  const differences = shownDifferences(standing, overall);
  const width = widthOf(out) - 6;
  const lines = differenceLines(differences, { colors, width });
  for (const line of lines) out.line(`      ${line}`);
  if (lines.length === 0) out.line(`      ${colors.dim(leftOver)}`);
}

/** Where what people have is as it should be, and is not all that there is. */
export const leftOver =
  'nothing that anybody has: a left-over of ours, such as a policy that is not attached';

/** A resource that gets its first policy, loses its last or what is left over of it, or keeps one that changes. */
function signOf({ actual = {}, plan, desired }: ResourceSnapshot): '+' | '-' | '~' {
  const some = (documents: object): boolean =>
    Object.values(documents).some((document) => document !== undefined);
  if (plan !== undefined && !some(desired.kind.documents(plan.next))) return signs.removed;
  return some(actual) ? signs.changed : signs.added;
}

/** `8 % full` */
const fullText = ({ plan }: ResourceSnapshot): string =>
  plan === undefined ? '' : `${Math.ceil((plan.size / plan.limit) * 100)} % full after`;

/** `Plan: 6 resources to change, 2 unchanged, 1 withheld` */
function countLine(overall: OverallPlan, { bold, dim }: Colors): string {
  const { change, unchanged, withheld, leaving, failed } = countsOf(overall);
  const scope = overall.accountId === undefined ? '' : ` for account ${overall.accountId}`;
  const parts = [
    `${counted(change, 'resource')} to change`,
    // Those that have nothing for the account are not looked at.
    ...(overall.accountId === undefined ? [`${grouped(unchanged)} unchanged`] : []),
    ...(withheld === 0 ? [] : [`${grouped(withheld)} with removals withheld`]),
    ...(leaving === 0 ? [] : [`${grouped(leaving)} with accounts in their grace`]),
    ...(failed === 0 ? [] : [`${grouped(failed)} cannot be planned`]),
  ];
  return `${bold(`Plan${scope}:`)} ${parts.join(', ')}${change === 0 && failed === 0 ? dim('. Nothing to do') : ''}`;
}
