import { getGrantKind } from '../shared/grants/kinds.ts';
import type { StatementDifference } from '../shared/iam/difference.ts';
import {
  type DifferenceDetail,
  type ShownStatement,
  toShownStatement,
} from '../shared/iam/difference-text.ts';
import { createAccountNames } from '../shared/platform/account.ts';
import type { OverallPlan, ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { escapeMarkdown, formatCode, formatCodeBlock, formatDetails } from './markdown.ts';
import { fitBlocks, type MarkdownBlock } from './markdown-size.ts';
import { formatCount } from './output.ts';
import { formatCounts, formatFullness, getSign, leftOver } from './plan-output.ts';
import { getShownDifferences, type PlanReport } from './plan-report.ts';
import { formatPolicies, getPlannedPolicies } from './planned-policies.ts';
import { formatHeading } from './run-output.ts';
import { splitResourceKey } from './run-report.ts';

export interface PlanPage {
  readonly overall: OverallPlan;
  readonly report: PlanReport;
  readonly full: boolean;
  /** Further texts, such as the access that an approval would grant. Empty if there are none. */
  readonly notes: readonly string[];
}

/**
 * The plan as a comment of a pull request. Changes that widen access are shown, and all other changes are folded.
 * The text is never longer than a comment of GitHub may be.
 */
export function formatPlanMarkdown(page: PlanPage): string {
  const { overall, report } = page;
  const { installation, configurationHash, registryRevision, planHash } = report;
  const plain = { bold: String, dim: String };
  const head = [
    `### ${formatCounts(overall, plain)}`,
    `Installation ${formatCode(installation)}, configuration ${formatCode(configurationHash.slice(0, 12))}, ` +
      `registry revision ${registryRevision}, plan ${formatCode(planHash.slice(0, 12))}.`,
  ].join('\n\n');
  return fitBlocks(head, listBlocks(page));
}

const listBlocks = ({ overall, report: { warnings }, full, notes }: PlanPage): readonly MarkdownBlock[] => [
  ...textBlock('Warnings', warnings),
  ...textBlock('Approval', notes),
  ...overall.resources
    .filter(({ plan }) => plan?.changed === true)
    .flatMap((snapshot) => resourceBlocks(snapshot, { overall, full })),
];

const textBlock = (title: string, lines: readonly string[]): readonly MarkdownBlock[] =>
  lines.length === 0
    ? []
    : [{ part: 'notes', name: title, text: `**${title}**\n\n${formatCodeBlock('text', lines)}` }];

function resourceBlocks(
  snapshot: ResourceSnapshot,
  { overall, full }: Pick<PlanPage, 'overall' | 'full'>,
): readonly MarkdownBlock[] {
  const name = snapshot.desired.key;
  const detail = { full, names: createAccountNames(overall.accounts), unfoldedBy: '--full' };
  const title = formatTitle(snapshot, overall);
  const { widening = [], other = [] } = Object.groupBy(
    getShownDifferences(snapshot, overall),
    ({ widens }) => (widens === undefined ? 'other' : 'widening'),
  );
  const folded = other.length === 0 ? leftOver : formatCount(other.length, 'change');
  return [
    ...(widening.length === 0
      ? []
      : [{ part: 'widening' as const, name, text: `${title}\n\n${formatDiff(widening, detail)}` }]),
    ...(other.length === 0 && widening.length > 0
      ? []
      : [
          {
            part: 'other' as const,
            name,
            text: formatDetails(`${title}: ${folded}`, formatDiff(other, detail)),
          },
        ]),
    ...(full ? policyBlocks(snapshot, title) : []),
  ];
}

function policyBlocks(snapshot: ResourceSnapshot, title: string): readonly MarkdownBlock[] {
  const policies = getPlannedPolicies(snapshot);
  if (policies === undefined) return [];
  const text = formatDetails(
    `${title}: policies before and after`,
    formatCodeBlock('text', formatPolicies(policies)),
  );
  return [{ part: 'policies', name: snapshot.desired.key, text }];
}

/**
 * The title of a resource, such as `~ S3 bucket policy <code>example-org-cloudtrail</code> (Log account 222222222222,
 * eu-west-1, 8 % full after)`.
 */
function formatTitle(snapshot: ResourceSnapshot, { active, accounts }: OverallPlan): string {
  const { account, kind, id, region } = splitResourceKey(snapshot.desired.key);
  const place = [
    formatHeading(account, active.configuration, createAccountNames(accounts)),
    region,
    formatFullness(snapshot),
  ];
  return `${formatCode(getSign(snapshot))} ${getGrantKind(kind).title} ${formatCode(id)} (${escapeMarkdown(place.filter(Boolean).join(', '))})`;
}

const formatDiff = (differences: readonly StatementDifference[], detail: DifferenceDetail): string =>
  formatCodeBlock(
    'diff',
    differences.flatMap((difference) => statementLines(toShownStatement(difference, detail))),
  );

/** The sign of each line is in the first column, where GitHub colors it. */
const statementLines = ({ head, context, lines }: ShownStatement): readonly string[] => [
  head.text,
  ...(context === '' ? [] : [`      ${context}`]),
  ...lines.map(({ text }) => `${text.charAt(0)}    ${text.slice(1)}`),
];
