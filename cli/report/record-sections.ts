import { formatCount } from '../output.ts';
import type { ReportFacts, RunFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import { formatLines, formatList, formatTime } from './page-parts.ts';

const unavailable = html`<p class="warn">Not read: no table of an installation was named. Set ONBOARDING_TABLE, then write the report again.</p>`;

/** The runs that wait for an operator, and the accounts that wait. */
export function renderApprovalSection({ approvals, accounts, records }: ReportFacts): Html {
  const waiting = accounts.filter(({ waitsSince }) => waitsSince !== undefined);
  const nobody = approvals.length === 0 && waiting.length === 0;
  return html`
<section id="approvals" aria-labelledby="approvals-title">
<h2 id="approvals-title">Pending approvals</h2>
${records === 'unavailable' ? unavailable : undefined}
${records === 'read' && nobody ? html`<p>No run waits for approval.</p>` : undefined}
${approvals.map(renderApproval)}
${waiting.length === 0 ? undefined : html`<h3>Accounts that wait for approval</h3>`}
${formatList(waiting.map(({ name, id, ou, waitsSince = '' }) => `${name} (${id}) in ${ou || 'the root'}, since ${formatTime(waitsSince)}`))}
</section>`;
}

const renderApproval = ({ runId, accounts, requestedAt, until, command, difference }: Approval): Html => html`
<h3>Run ${runId}</h3>
<p>${accounts.join(', ')}. Requested ${formatTime(requestedAt)}, open until ${formatTime(until)}.</p>
<p>To approve: <code>${command}</code></p>
<p>Approval would change:</p>
${difference.length === 0 ? html`<p>No policy that lists accounts.</p>` : formatLines(difference)}`;

type Approval = ReportFacts['approvals'][number];

/** The last runs, with what each changed. */
export const renderRunSection = ({ runs, records }: ReportFacts): Html => html`
<section id="runs" aria-labelledby="runs-title">
<h2 id="runs-title">Recent runs</h2>
${records === 'unavailable' ? unavailable : undefined}
${records === 'read' && runs.length === 0 ? html`<p>No run is on record.</p>` : undefined}
${runs.map(renderRun)}
</section>`;

function renderRun(run: RunFacts): Html {
  const { runId, status, startedAt, cause, changes, unchanged, reason, unresolved } = run;
  const severity = { succeeded: 'verified', failed: 'bad' }[status] ?? 'warn';
  return html`<details>
<summary>${formatTime(startedAt)} <span class="${severity}">${status}</span> ${cause} <strong>${runId}</strong> <span class="soft">${describeAccounts(run)}, ${formatCount(changes.length, 'resource')} changed or not finished</span></summary>
${reason === undefined ? undefined : html`<p>${reason}</p>`}
${formatList(unresolved)}
${unchanged === 0 ? undefined : html`<p class="soft">${formatCount(unchanged, 'resource')} needed no change.</p>`}
${changes.map(renderChange)}
</details>`;
}

function describeAccounts({ accounts, accountCount }: RunFacts): string {
  const more = accountCount - accounts.length;
  if (accountCount === 0) return 'no account';
  return more > 0 ? `${accounts.join(', ')} and ${more} more` : accounts.join(', ');
}

type Change = RunFacts['changes'][number];

function renderChange(change: Change): Html {
  const { resource, outcome, error, difference, documents } = change;
  const parts = [outcome, ...countAccounts(change)];
  return html`<h3>${resource} <span class="soft">${parts.join(', ')}</span></h3>
${error === undefined ? undefined : html`<p class="bad">${error}</p>`}
${formatLines(difference)}
${documents?.map(renderDocument)}
${documents === undefined && difference.length > 0 ? html`<p class="soft">The page has no room for these policies. See: <code>onboarding status --run</code></p>` : undefined}`;
}

const countAccounts = ({ added, removed, held }: Change): readonly string[] => [
  ...(added === 0 ? [] : [`${formatCount(added, 'account')} gained access`]),
  ...(removed === 0 ? [] : [`${formatCount(removed, 'account')} lost access`]),
  ...(held === 0 ? [] : [`${formatCount(held, 'account')} held`]),
];

const renderDocument = ({
  name,
  before,
  after,
}: NonNullable<Change['documents']>[number]): Html => html`<details>
<summary>The policy before and after: ${name}</summary>
<div class="policies"><div><p>Before</p><pre tabindex="0">${before || 'none'}</pre></div><div><p>After</p><pre tabindex="0">${after || 'none'}</pre></div></div>
</details>`;
