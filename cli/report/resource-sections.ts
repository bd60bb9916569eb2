import { formatCount, formatNumber } from '../output.ts';
import type { PrincipalFacts, ReportFacts, ResourceFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import { formatLines, formatList, formatNames, formatPrincipal, headerRow } from './page-parts.ts';

/** Who may use each resource, and by which grant. */
export function renderResourceSection(facts: ReportFacts): Html {
  const entries = facts.principals.map((principal, index) => ({ principal, index }));
  const byResource = Map.groupBy(entries, ({ principal }) => principal.resource);
  return html`
<section id="resources" aria-labelledby="resources-title">
<h2 id="resources-title">Who can use a resource</h2>
<p>Each resource lists the principals that its policies name in statements with the effect Allow. Other policies decide, too: the policies of
the principal itself, statements with the effect Deny, and SCPs. Ask about one request with <code>onboarding explain</code>.</p>
<div class="filters"><label>Resource, by name, kind or account <input type="search" id="resource-text" autocomplete="off"></label></div>
${facts.resources.map((resource, index) => renderResource(resource, index, byResource.get(index) ?? [], facts))}
</section>`;
}

interface Entry {
  readonly principal: PrincipalFacts;
  readonly index: number;
}

function renderResource(
  resource: ResourceFacts,
  index: number,
  entries: readonly Entry[],
  facts: ReportFacts,
): Html {
  const { title, id, account, accountName, region, error } = resource;
  const place = `${accountName} ${account}, ${region}`.trim();
  const name = `${title} ${id} ${place}`.toLowerCase();
  return html`<details id="resource-${index}" data-name="${name}">
<summary><strong>${title} ${id}</strong> <span class="soft">${place}, ${formatCount(entries.length, 'entry', 'entries')}</span></summary>
${error === undefined ? undefined : html`<p class="bad">${error.name}: ${error.message}</p>`}
${entries.length === 0 ? html`<p>No statement that was read allows anything.</p>` : renderPrincipals(entries, facts)}
</details>`;
}

const renderPrincipals = (
  entries: readonly Entry[],
  facts: ReportFacts,
): Html => html`<div class="scroll"><table>
${headerRow(['Who', 'By', 'Statement', 'Actions', 'Accounts that it names'])}
<tbody>${entries.map(
  ({ principal, index }) => html`<tr>
<td>${formatPrincipal(principal, facts)}</td>
<td>${formatSource(principal)}</td>
<td class="long">${principal.statement}</td>
<td>${principal.actions.join(', ')}</td>
<td class="names">${formatNames(principal, index, facts)}</td>
</tr>`,
)}</tbody></table></div>`;

function formatSource({ source, grant }: PrincipalFacts): Html {
  if (source === 'grant') return html`grant ${grant}`;
  return source === 'former-grant'
    ? html`<span class="warn">a grant that the configuration does not have any more</span>`
    : html`<span class="soft">an unmanaged statement</span>`;
}

/** How full each policy is, the fullest first. */
export function renderCapacitySection({ resources }: ReportFacts): Html {
  const measured = resources.flatMap((resource, index) =>
    resource.capacity === undefined ? [] : [{ resource, index, capacity: resource.capacity }],
  );
  const rows = measured.toSorted((a, b) => fullness(b.capacity) - fullness(a.capacity));
  const unmeasured = resources.filter(({ capacity, error }) => capacity === undefined && error !== undefined);
  return html`
<section id="capacity" aria-labelledby="capacity-title">
<h2 id="capacity-title">Capacity</h2>
<p>AWS limits the size of each policy. The last column says how many more accounts fit if every grant on the resource gets each of them.</p>
<div class="scroll"><table>${headerRow(['Resource', 'Central account', 'Full', 'Size', 'Room'])}
<tbody>${rows.map(renderCapacity)}</tbody></table></div>
${formatList(unmeasured.map(({ title, id, error }) => `${title} ${id} could not be measured. ${error?.name}: ${error?.message}`))}
</section>`;
}

type Capacity = NonNullable<ResourceFacts['capacity']>;

const fullness = ({ size, limit }: Capacity): number => size / limit;

interface MeasuredResource {
  readonly resource: ResourceFacts;
  readonly index: number;
  readonly capacity: Capacity;
}

function renderCapacity({ resource, index, capacity }: MeasuredResource): Html {
  const { size, limit, unit } = capacity;
  const percent = Math.min(Math.ceil(fullness(capacity) * 100), 100);
  return html`<tr>
<td class="long"><a href="#resource-${index}">${resource.title} ${resource.id}</a></td>
<td>${resource.accountName} ${resource.account}</td>
<td class="number">${renderBar(percent, getSeverity(capacity))} <span class="percent">${percent} %</span></td>
<td class="number">${formatNumber(size)} of ${formatNumber(limit)} ${unit}</td>
<td class="${getSeverity(capacity)}">${formatRoom(capacity)}</td>
</tr>`;
}

const renderBar = (percent: number, severity: string): Html =>
  html`<svg class="bar ${severity}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="8"></rect><rect class="full" width="${percent}" height="8"></rect></svg>`;

/** If room for fewer accounts remains, the page warns. `onboarding budget` has the same limit. */
const few = 20;

function getSeverity({ room }: Capacity): string {
  if (room === null || room >= few) return '';
  return room === 0 ? 'bad' : 'warn';
}

function formatRoom({ room, next }: Capacity): string {
  if (room === null) return 'any number of accounts';
  const packing = next === undefined ? '' : `, ${next.packing} after ${formatNumber(next.after)} more`;
  return `${formatCount(room, 'account')} more${packing}`;
}

/** Resources that differ from the desired state, conflicts, held changes, and member roles that differ. */
export function renderDriftSection({ resources, memberRoles, accounts }: ReportFacts): Html {
  const rows = resources
    .map((resource, index) => ({ resource, index }))
    .filter(
      ({ resource: { drift, held, unmanagedChanged } }) =>
        drift !== 'equal' || held.length > 0 || unmanagedChanged,
    );
  const equal = resources.length - rows.length;
  return html`
<section id="drift" aria-labelledby="drift-title">
<h2 id="drift-title">Drift and conflicts</h2>
<p>${formatCount(equal, 'resource')} of ${formatNumber(resources.length)} ${equal === 1 ? 'is' : 'are'} as the configuration says, without anything to report.</p>
${rows.map(({ resource, index }) => renderDrift(resource, index))}
${
  memberRoles.length === 0
    ? undefined
    : html`<h3>Member roles that differ from the configuration</h3>
<div class="scroll"><table>${headerRow(['Account', 'Role', 'Status', 'What differs'])}
<tbody>${memberRoles.map(
        ({
          account,
          role,
          status,
          reasons,
        }) => html`<tr><td>${accounts[account]?.name} ${accounts[account]?.id}</td><td>${role}</td>
<td class="${status === 'pending' || status === 'unreadable' ? 'warn' : 'bad'}">${status}</td><td class="long">${reasons.join('; ')}</td></tr>`,
      )}</tbody></table></div>`
}
</section>`;
}

const driftWords: Readonly<Record<ResourceFacts['drift'], string>> = {
  equal: 'as the configuration says',
  'managed-drift': 'managed statements differ, and no change of accounts or configuration explains it',
  conflict: 'managed statements were changed externally again after a run had restored them',
  'unmanaged-change': 'unmanaged statements changed since the last run. This is no drift',
  missing: 'the resource does not exist',
  unreadable: 'the resource could not be read',
  pending: 'accounts or the configuration changed, and no run has followed yet',
};

const holdWords: Readonly<Record<string, string>> = {
  'grace-period': 'keep their access for a grace period',
  'removal-limit': 'keep their access, because the removal limit blocks their removal',
  'rejected-principal': 'wait for access, because AWS rejects them as principals',
  capacity: 'wait for access, because the policy has no room for them',
};

function renderDrift(resource: ResourceFacts, index: number): Html {
  const { drift, notes, held, difference, error } = resource;
  const severity = ['equal', 'pending', 'unmanaged-change'].includes(drift) ? 'warn' : 'bad';
  return html`<h3><a href="#resource-${index}">${resource.title} ${resource.id}</a> <span class="soft">${resource.accountName} ${resource.account}</span></h3>
<p class="${severity}">${drift}: ${driftWords[drift]}.</p>
${error === undefined ? undefined : html`<p class="bad">${error.name}: ${error.message}</p>`}
${formatList([
  ...notes,
  ...held.map(
    ({ reason, accounts }) => `${formatCount(accounts, 'account')} ${holdWords[reason] ?? reason}.`,
  ),
])}
${difference.length === 0 ? undefined : html`<p>From the desired to the present policy:</p>`}
${formatLines(difference)}`;
}
