import type { ReportFacts } from './facts.ts';
import { type Html, html } from './html.ts';

/** The filters and the empty table. The script fills the table, because thousands of accounts do not fit into one. */
export const renderAccessSection = (facts: ReportFacts): Html => html`
<section id="accesses" aria-labelledby="accesses-title">
<h2 id="accesses-title">Accounts and accesses</h2>
<p>A row is an account, and a column is a grant of the configuration. A cell has the number of accesses that the grant gives to the account, and the
worst status among them: <code>✗ 1/3</code> means that one of three accesses is denied. The name of an account is a button that shows each access
with both halves: the policy of the central account, and the role of the member account.</p>
${renderLegend()}
<form id="filters" class="filters" role="search" aria-label="Filter the accounts">
<label>Account, by name or id <input type="search" name="account" autocomplete="off"></label>
${renderSelect('ou', 'OU', listOus(facts))}
${renderSelect('grant', 'Grant', listGrants(facts))}
${renderSelect(
  'resource',
  'Resource',
  [...new Set(facts.accesses.map(({ resource }) => resource))]
    .sort((a, b) => a - b)
    .map((index) => ({ value: String(index), text: nameResource(facts, index) })),
)}
${renderSelect(
  'status',
  'Status',
  statuses.map(({ status, name }) => ({ value: status, text: name })),
)}
<label>Rows on a page <select name="size"><option>50</option><option>200</option><option value="all">all</option></select></label>
<button type="reset">Clear the filters</button>
</form>
<p id="count" role="status"></p>
<noscript><p class="bad">The table needs JavaScript. The other sections do not.</p></noscript>
<div id="table-region" class="scroll" role="region" aria-label="Table of accounts and accesses" tabindex="0"><table id="matrix" class="matrix"></table></div>
<div class="pager"><button type="button" id="previous">Previous page</button> <button type="button" id="next">Next page</button></div>
${facts.leftovers.length === 0 ? undefined : renderLeftovers(facts.leftovers)}
</section>`;

const statuses = [
  { status: 'verified', mark: '✓', name: 'verified', meaning: 'every half that the access has allows it' },
  {
    status: 'central-only',
    mark: '◐',
    name: 'central only',
    meaning: 'the central policy allows it, and the member account was not read',
  },
  {
    status: 'unknown',
    mark: '?',
    name: 'unknown',
    meaning: 'something that decides about it could not be judged',
  },
  { status: 'pending', mark: '…', name: 'pending', meaning: 'the member role does not exist yet' },
  { status: 'denied', mark: '✗', name: 'denied', meaning: 'AWS would deny it' },
];

const renderLegend = (): Html =>
  html`<ul>${statuses.map(
    ({ status, mark, name, meaning }) =>
      html`<li><span class="${status}">${mark} ${name}</span>: ${meaning}</li>`,
  )}</ul>`;

interface Choice {
  readonly value: string;
  /** Default: the value. */
  readonly text?: string;
}

const renderSelect = (name: string, label: string, choices: readonly Choice[]): Html =>
  html`<label>${label} <select name="${name}"><option value="">all</option>${choices.map(
    ({ value, text = value }) => html`<option value="${value}">${text}</option>`,
  )}</select></label>`;

/** The grants that give an access. */
function listGrants({ grants, accesses }: ReportFacts): readonly Choice[] {
  const givers = new Set(accesses.map(({ grant }) => grant));
  return grants.filter((grant) => givers.has(grant)).map((value) => ({ value }));
}

/** Every OU with accounts, and every OU above it. */
function listOus({ accounts }: ReportFacts): readonly Choice[] {
  const paths = accounts.flatMap(({ ou }) => {
    const parts = ou === '' ? [] : ou.split('/');
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...new Set(paths)].sort().map((value) => ({ value }));
}

function nameResource({ resources }: ReportFacts, index: number): string {
  const { title = '', id = '' } = resources[index] ?? {};
  return `${title} ${id}`;
}

const renderLeftovers = (lines: readonly string[]): Html => html`
<h3>Access that the configuration does not give</h3>
<p>The next run removes it, unless a grace period or a blocked removal keeps it.</p>
<ul>${lines.map((line) => html`<li class="bad">${line}</li>`)}</ul>`;
