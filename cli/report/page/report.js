// The script of the report page. It shows the accounts with their accesses, filters them, and unfolds lists of accounts.
// Every text from the data goes into the page as text, never as HTML.

const facts = JSON.parse(document.getElementById('facts').textContent);
const { accounts, accountSets, resources, accesses, principals } = facts;

/** Statuses from the worst to the best. */
const statuses = {
  denied: { mark: '✗', name: 'denied' },
  pending: { mark: '…', name: 'pending' },
  unknown: { mark: '?', name: 'unknown' },
  'central-only': { mark: '◐', name: 'central only' },
  verified: { mark: '✓', name: 'verified' },
};
const worstFirst = Object.keys(statuses);

const find = (id) => document.getElementById(id);
const format = (number) => number.toLocaleString('en-US');
const nameOf = ({ id, name }) => (name === '' || name === id ? id : `${name} (${id})`);

function element(tag, properties = {}, ...children) {
  const { className, ...attributes } = properties;
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** As `fillTemplate` of the program that wrote the page. */
const fill = (template, account) =>
  template.replace(/\{\{|\{account\}|\{id\}/g, (found) => {
    if (found === '{{') return '{';
    return found === '{id}' ? account.id : nameOf(account);
  });

/** The indexes of the accounts of a set. */
function* indexesOf(set) {
  for (const [first, last] of accountSets[set])
    for (let index = first; index <= last; index += 1) yield index;
}

/** The accesses of each account, by the index of the account. */
const accessesOf = accounts.map(() => []);
for (const access of accesses) for (const index of indexesOf(access.accounts)) accessesOf[index].push(access);

/** The grants that give an access, in the order of the configuration. */
const givers = new Set(accesses.map(({ grant }) => grant));
const allGrants = facts.grants.filter((grant) => givers.has(grant));
const view = { page: 0, open: new Set() };

function readFilters() {
  const values = Object.fromEntries(new FormData(find('filters')));
  return { ...values, text: values.account.trim().toLowerCase(), resource: Number(values.resource || -1) };
}

const isInOu = ({ ou }, wanted) => wanted === '' || ou === wanted || ou.startsWith(`${wanted}/`);

const isSelected = (access, { grant, resource, status }) =>
  (grant === '' || access.grant === grant) &&
  (resource === -1 || access.resource === resource) &&
  (status === '' || access.status === status);

const narrowsAccesses = ({ grant, resource, status }) => grant !== '' || resource !== -1 || status !== '';

/** The accounts that the filters select, each with its selected accesses. */
function selectRows(filters) {
  const needsAccess = narrowsAccesses(filters);
  return accounts.flatMap((account, index) => {
    if (!isInOu(account, filters.ou) || !nameOf(account).toLowerCase().includes(filters.text)) return [];
    const selected = accessesOf[index].filter((access) => isSelected(access, filters));
    return needsAccess && selected.length === 0 ? [] : [{ account, index, selected }];
  });
}

function renderCell(selected) {
  if (selected.length === 0) return element('td', { className: 'cell soft' }, '–');
  const worst = worstFirst.find((status) => selected.some((access) => access.status === status));
  const count = selected.filter(({ status }) => status === worst).length;
  const { mark, name } = statuses[worst];
  const all = count === selected.length;
  const shown = element(
    'span',
    { 'aria-hidden': 'true' },
    `${mark} ${all ? count : `${count}/${selected.length}`}`,
  );
  const said = all ? `${count} ${name}` : `${count} of ${selected.length} ${name}`;
  return element(
    'td',
    { className: `cell ${worst}`, title: said },
    shown,
    element('span', { className: 'hidden' }, said),
  );
}

const centralWords = {
  allowed: 'allows it',
  denied: 'does not allow it',
  unknown: 'cannot be judged',
  unread: 'was not read',
};

function memberWords({ role, central, status }, account) {
  if (role === undefined) return 'no role is needed';
  if (status === 'verified') return `role ${role} may do it`;
  if (status === 'pending') return `role ${role} has not arrived`;
  if (!account.verified) return `role ${role} was not read`;
  if (central !== 'allowed') return `role ${role}`;
  return status === 'central-only' ? `role ${role} could not be read` : `role ${role}: see the reason`;
}

const linkTo = (index) =>
  element('a', { href: `#resource-${index}` }, `${resources[index].title} ${resources[index].id}`);

function renderAccess(access, account) {
  const { mark, name } = statuses[access.status];
  return element(
    'tr',
    {},
    element('td', { className: `status ${access.status}` }, `${mark} ${name}`),
    element('td', { className: 'long' }, `${fill(access.who, account)}: ${fill(access.what, account)}`),
    element('td', { className: 'long' }, linkTo(access.resource)),
    element('td', {}, access.grant),
    element('td', {}, `The central policy ${centralWords[access.central]}`),
    element('td', {}, memberWords(access, account)),
    element('td', { className: 'long' }, access.reason === undefined ? '' : fill(access.reason, account)),
  );
}

const headings = ['Status', 'Access', 'Resource', 'Grant', 'Central half', 'Member half', 'Reason'];
const headerRow = (names) =>
  element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name))));

function renderDetail({ account, index, selected }, columns) {
  const content =
    selected.length === 0
      ? 'The configuration grants nothing to this account.'
      : element(
          'table',
          { 'aria-label': `Accesses of ${nameOf(account)}` },
          headerRow(headings),
          element('tbody', {}, ...selected.map((access) => renderAccess(access, account))),
        );
  return element(
    'tr',
    { className: 'detail', id: `detail-${index}` },
    element('td', { colspan: columns }, content),
  );
}

function renderRow(row, grants) {
  const { account, index, selected } = row;
  const isOpen = view.open.has(index);
  const toggle = element(
    'button',
    { type: 'button', className: 'plain', 'aria-expanded': isOpen },
    account.name || account.id,
  );
  toggle.dataset.account = index;
  const waits =
    account.waitsSince === undefined ? [] : [element('div', { className: 'warn' }, 'waits for approval')];
  const id = element('div', { className: 'soft' }, account.name === '' ? '' : account.id);
  const line = element(
    'tr',
    {},
    element('th', { scope: 'row' }, toggle, id, ...waits),
    element('td', { className: 'place' }, account.ou || 'the root'),
    element('td', { className: 'place' }, account.state.toLowerCase().replaceAll('_', ' ')),
    ...grants.map((grant) => renderCell(selected.filter((access) => access.grant === grant))),
  );
  return isOpen ? [line, renderDetail(row, grants.length + 3)] : [line];
}

function renderTable() {
  const filters = readFilters();
  const rows = selectRows(filters);
  const size = filters.size === 'all' ? Math.max(rows.length, 1) : Number(filters.size);
  view.page = Math.min(view.page, Math.max(Math.ceil(rows.length / size) - 1, 0));
  const first = view.page * size;
  const shown = rows.slice(first, first + size);
  const used = new Set(rows.flatMap(({ selected }) => selected.map(({ grant }) => grant)));
  const grants = narrowsAccesses(filters) ? allGrants.filter((grant) => used.has(grant)) : allGrants;
  const head = element(
    'tr',
    {},
    ...['Account', 'OU', 'State'].map((name) => element('th', { scope: 'col' }, name)),
    ...grants.map((grant) => element('th', { scope: 'col', className: 'grant' }, element('span', {}, grant))),
  );
  find('matrix').replaceChildren(
    element('thead', {}, head),
    element('tbody', {}, ...shown.flatMap((row) => renderRow(row, grants))),
  );
  const total = rows.length === accounts.length ? '' : ` (of ${format(accounts.length)} in the organization)`;
  find('count').textContent =
    rows.length === 0
      ? 'No account matches the filters.'
      : `Accounts ${format(first + 1)} to ${format(first + shown.length)} of ${format(rows.length)}${total}`;
  find('previous').disabled = view.page === 0;
  find('next').disabled = first + size >= rows.length;
}

/** Renders again, and keeps the focus on the same account. */
function toggleAccount(index) {
  if (!view.open.delete(index)) view.open.add(index);
  renderTable();
  document.querySelector(`[data-account="${index}"]`)?.focus();
}

function turnPage(step) {
  view.page += step;
  renderTable();
  find('table-region').scrollIntoView({ block: 'nearest' });
}

function resetPage() {
  view.page = 0;
  renderTable();
}

/** Replaces the first names of a list of accounts by all names. */
function unfold(button) {
  const set = principals[Number(button.dataset.principal)];
  const names = [...indexesOf(set)].map((index) => nameOf(accounts[index]));
  const list = button.parentElement;
  list.replaceChildren(names.join(', '));
  list.setAttribute('tabindex', '-1');
  list.focus();
}

function filterResources() {
  const text = find('resource-text').value.trim().toLowerCase();
  for (const each of document.querySelectorAll('#resources details'))
    each.hidden = !each.dataset.name.includes(text);
}

function openTarget() {
  const target = find(location.hash.slice(1));
  if (target?.tagName !== 'DETAILS') return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
}

/** In print, folded parts would be missing. Whole policies stay folded, because they take hundreds of pages. */
function unfoldForPrint() {
  const folded = 'main > details, main > :not(#runs) details, #runs > details';
  for (const each of document.querySelectorAll(folded)) {
    if (each.open) continue;
    each.open = true;
    each.dataset.printed = '';
  }
}

function foldAfterPrint() {
  for (const each of document.querySelectorAll('details[data-printed]')) {
    each.open = false;
    delete each.dataset.printed;
  }
}

find('filters').addEventListener('input', resetPage);
find('filters').addEventListener('submit', (event) => event.preventDefault());
find('filters').addEventListener('reset', () => setTimeout(resetPage));
find('previous').addEventListener('click', () => turnPage(-1));
find('next').addEventListener('click', () => turnPage(1));
find('resource-text').addEventListener('input', filterResources);
addEventListener('hashchange', openTarget);
addEventListener('beforeprint', unfoldForPrint);
addEventListener('afterprint', foldAfterPrint);
document.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button?.dataset.account !== undefined) toggleAccount(Number(button.dataset.account));
  if (button?.dataset.principal !== undefined) unfold(button);
});

renderTable();
openTarget();
