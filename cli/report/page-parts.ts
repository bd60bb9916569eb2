import { formatAccount } from '../../shared/platform/account.ts';
import { formatNumber } from '../output.ts';
import { countRanges, firstOf } from './account-ranges.ts';
import type { PrincipalFacts, ReportFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import { fillTemplate } from './text-template.ts';

/** `2026-03-02 10:15 UTC` */
export const formatTime = (time: string): string => time.replace(/T(\d\d:\d\d).*$/, ' $1 UTC');

export const formatLines = (lines: readonly string[]): Html =>
  lines.length === 0 ? html`` : html`<pre tabindex="0">${lines.join('\n')}</pre>`;

export const formatList = (lines: readonly string[]): Html =>
  lines.length === 0 ? html`` : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;

export const headerRow = (names: readonly string[]): Html =>
  html`<thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`;

/** How many accounts a list names before a button shows all of them. */
const maxNames = 10;

/** The names of the accounts of an entry. A long list has a button that shows the rest. */
export function formatNames(
  { accounts: set }: PrincipalFacts,
  index: number,
  { accounts, accountSets }: ReportFacts,
): Html {
  const ranges = accountSets[set] ?? [];
  const count = countRanges(ranges);
  if (count === 0) return html`<span class="soft">the statement names none</span>`;
  const names = firstOf(ranges, maxNames).flatMap((each) => {
    const account = accounts[each];
    return account === undefined ? [] : [formatAccount(account)];
  });
  const more =
    count > maxNames
      ? html` <button type="button" class="plain more" data-principal="${index}">and ${formatNumber(count - maxNames)} more</button>`
      : undefined;
  return html`<span>${names.join(', ')}${more}</span>`;
}

/** `role app/Web of 12 accounts`, or the name of the account if there is one. */
export function formatPrincipal(
  { principal, accounts: set }: PrincipalFacts,
  { accounts, accountSets }: ReportFacts,
): string {
  const ranges = accountSets[set] ?? [];
  const count = countRanges(ranges);
  const [first = 0] = firstOf(ranges, 1);
  const account = accounts[first];
  return count === 1 && account !== undefined
    ? fillTemplate(principal, account)
    : principal.replaceAll('{account}', `${formatNumber(count)} accounts`);
}
