import { getGrantKind } from '../shared/grants/kinds.ts';
import type { StatementDifference } from '../shared/iam/difference.ts';
import { type DifferenceDetail, type ShownLine, toShownStatement } from '../shared/iam/difference-text.ts';
import { createAccountNames } from '../shared/platform/account.ts';
import type { ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { formatCount } from './output.ts';
import type { PlanPage } from './plan-markdown.ts';
import { formatCounts, formatFullness, getSign, leftOver } from './plan-output.ts';
import { getShownDifferences } from './plan-report.ts';
import { formatPolicies, getPlannedPolicies } from './planned-policies.ts';
import { type Html, html } from './report/html.ts';
import { formatHeading, sortAccounts } from './run-output.ts';
import { splitResourceKey } from './run-report.ts';

/**
 * The plan as one HTML page, which loads nothing and runs no script. Changes that widen access are shown, and all other
 * changes are folded. The policies before and after are folded too.
 */
export function formatPlanHtml(page: PlanPage): string {
  const { overall, report } = page;
  const { installation, configurationHash, registryRevision, planHash } = report;
  const title = formatCounts(overall, { bold: String, dim: String });
  const body = html`<h1>${title}</h1>
<p>Installation <code>${installation}</code>, configuration <code>${configurationHash.slice(0, 12)}</code>, registry revision ${registryRevision}, plan <code>${planHash.slice(0, 12)}</code>.</p>
${formatTexts('Warnings', report.warnings)}${formatTexts('Approval', page.notes)}${listSections(page)}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
${style}
</head>
<body>
<main>
${body}</main>
</body>
</html>
`.html;
}

/** The colors are readable on a light and on a dark page. On paper, each folded part keeps its heading. */
const style = html`<style>
:root { color-scheme: light dark; --added: light-dark(#116329, #7ee787); --removed: light-dark(#a40e26, #ffa198); --widens: light-dark(#8a4600, #f2cc60); --line: light-dark(#d0d7de, #3d444d); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid var(--line); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .5rem; border: 1px solid var(--line); }
code { overflow-wrap: anywhere; }
ins, del { text-decoration: none; }
ins { color: var(--added); }
del { color: var(--removed); }
strong { color: var(--widens); }
</style>`;

const formatTexts = (title: string, lines: readonly string[]): Html =>
  lines.length === 0
    ? html``
    : html`<h2>${title}</h2>
<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>
`;

function listSections(page: PlanPage): readonly Html[] {
  const { resources, active, accounts } = page.overall;
  const changing = resources
    .filter(({ plan }) => plan?.changed === true)
    .map((snapshot) => ({ resource: snapshot.desired.key, snapshot }));
  const byAccount = Map.groupBy(changing, ({ resource }) => splitResourceKey(resource).account);
  return [...sortAccounts(changing, active.configuration)].map((account) => {
    const heading = formatHeading(account, active.configuration, createAccountNames(accounts));
    const sections = (byAccount.get(account) ?? []).map(({ snapshot }) => formatResource(snapshot, page));
    return html`<h2>${heading}</h2>
${sections}`;
  });
}

function formatResource(snapshot: ResourceSnapshot, { overall, full }: PlanPage): Html {
  const { kind, id, region } = splitResourceKey(snapshot.desired.key);
  const detail = { full, names: createAccountNames(overall.accounts), unfoldedBy: '--full' };
  const { widening = [], other = [] } = Object.groupBy(
    getShownDifferences(snapshot, overall),
    ({ widens }) => (widens === undefined ? 'other' : 'widening'),
  );
  const place = [region, formatFullness(snapshot)].filter(Boolean).join(', ');
  return html`<section>
<h3>${getSign(snapshot)} ${getGrantKind(kind).title} <code>${id}</code> (${place})</h3>
${widening.length + other.length === 0 ? html`<p>${leftOver}</p>` : html``}${widening.length === 0 ? html`` : formatDiff(widening, detail)}${other.length === 0 ? html`` : formatFolded(formatCount(other.length, 'change'), formatDiff(other, detail))}${formatPolicyParts(snapshot)}</section>
`;
}

function formatPolicyParts(snapshot: ResourceSnapshot): Html {
  const policies = getPlannedPolicies(snapshot);
  if (policies === undefined) return html``;
  return formatFolded(
    'Policies before and after',
    html`<pre>${formatPolicies(policies).join('\n')}</pre>
`,
  );
}

const formatFolded = (summary: string, content: Html): Html => html`<details><summary>${summary}</summary>
${content}</details>
`;

const formatDiff = (differences: readonly StatementDifference[], detail: DifferenceDetail): Html =>
  html`<pre>${differences.map((difference) => formatStatement(difference, detail))}</pre>
`;

/** The sign of each line is text, so that the page is readable without colors. */
function formatStatement(difference: StatementDifference, detail: DifferenceDetail): Html {
  const { head, context, lines } = toShownStatement(difference, detail);
  const isMarked = difference.kind !== 'changed' && difference.widens !== undefined;
  const title: ShownLine = { sign: isMarked ? '!' : head.sign, text: head.text };
  const summary: ShownLine = { sign: ' ', text: `      ${context}` };
  const texts = [
    title,
    ...(context === '' ? [] : [summary]),
    ...lines.map(({ sign, text }) => ({ sign, text: `    ${text}` })),
  ];
  return html`${texts.map(formatLine)}`;
}

function formatLine({ sign, text }: ShownLine): Html {
  if (sign === '!')
    return html`<strong>${text}</strong>
`;
  if (sign === '+')
    return html`<ins>${text}</ins>
`;
  return sign === '-'
    ? html`<del>${text}</del>
`
    : html`${text}
`;
}
