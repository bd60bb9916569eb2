import { createHash } from 'node:crypto';
import { formatCount, formatNumber } from '../output.ts';
import { renderAccessSection } from './access-section.ts';
import { countRanges } from './account-ranges.ts';
import type { AccessFacts, ReportFacts } from './facts.ts';
import { embedJson, type Html, html } from './html.ts';
import { formatList, formatTime } from './page-parts.ts';
import { renderApprovalSection, renderRunSection } from './record-sections.ts';
import { renderCapacitySection, renderDriftSection, renderResourceSection } from './resource-sections.ts';

/** The style and the script of the page. They are files of this package. */
export interface PageAssets {
  readonly css: string;
  readonly script: string;
}

/** The whole page: it loads nothing, and its policy forbids the browser to load anything. Pure. */
export function renderPage(facts: ReportFacts, { css, script }: PageAssets): string {
  const policy = `default-src 'none'; style-src '${hash(css)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Account onboarding: ${facts.installation}</title>
<style>${{ html: css }}</style>
</head>
<body>
<a class="skip" href="#accesses">Skip to the accounts</a>
${renderHeader(facts)}
<main>
${renderSummary(facts)}
${renderAccessSection(facts)}
${renderResourceSection(facts)}
${renderCapacitySection(facts)}
${renderDriftSection(facts)}
${renderApprovalSection(facts)}
${renderRunSection(facts)}
</main>
<script type="application/json" id="facts">${embedJson(chooseScriptFacts(facts))}</script>
<script type="module">${{ html: script }}</script>
</body>
</html>`.html
  }\n`;
}

/** What the script needs. The other facts are in the page already. */
const chooseScriptFacts = ({
  accounts,
  accountSets,
  grants,
  resources,
  accesses,
  principals,
}: ReportFacts) => ({
  accounts,
  accountSets,
  grants,
  resources: resources.map(({ title, id }) => ({ title, id })),
  accesses,
  principals: principals.map((principal) => principal.accounts),
});

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const renderHeader = (facts: ReportFacts): Html => html`<header>
<h1>Account onboarding: installation ${facts.installation}</h1>
<p class="soft">${formatTime(facts.madeAt)}, organization ${facts.organization}, configuration ${facts.configurationHash.slice(0, 12)}, registry
revision ${facts.registryRevision}. From ${facts.source}. The page shows this moment and does not update itself.</p>
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>`;

const sections = [
  ['accesses', 'Accounts and accesses'],
  ['resources', 'Who can use a resource'],
  ['capacity', 'Capacity'],
  ['drift', 'Drift and conflicts'],
  ['approvals', 'Pending approvals'],
  ['runs', 'Recent runs'],
] as const;

function renderSummary(facts: ReportFacts): Html {
  const { accounts, accountSets, accesses, resources, approvals, warnings } = facts;
  const sizes = accountSets.map(countRanges);
  const add = (sum: number, access: AccessFacts) => sum + (sizes[access.accounts] ?? 0);
  const total = accesses.reduce(add, 0);
  const count = (status: string) => accesses.filter((access) => access.status === status).reduce(add, 0);
  const drifted = resources.filter(({ drift }) => wrong.has(drift)).length;
  const verifiedAccounts = accounts.filter(({ verified }) => verified).length;
  const cards: readonly (readonly [string, number, string])[] = [
    ['accounts', accounts.length, `${formatNumber(verifiedAccounts)} read on both sides`],
    ['accesses', total, `${formatNumber(count('verified'))} verified`],
    ['denied or pending', count('denied') + count('pending'), `${formatNumber(count('unknown'))} unknown`],
    ['central only', count('central-only'), 'the member half was not read'],
    ['drifted or missing', drifted, `of ${formatCount(resources.length, 'resource')}`],
    ['pending approvals', approvals.length, `${facts.records === 'read' ? 'runs that wait' : 'not read'}`],
  ];
  return html`<ul class="cards">${cards.map(
    ([name, value, more]) =>
      html`<li><b>${formatNumber(value)}</b> ${name}<br><span class="soft">${more}</span></li>`,
  )}</ul>
${warnings.length === 0 ? undefined : renderWarnings(warnings)}`;
}

const renderWarnings = (warnings: readonly string[]): Html =>
  html`<details><summary><strong class="warn">${formatCount(warnings.length, 'warning')}</strong></summary>${formatList(warnings)}</details>`;

const wrong: ReadonlySet<string> = new Set(['managed-drift', 'conflict', 'missing', 'unreadable']);
