import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readAssets } from '../../cli/report/assets.ts';
import type { ReportFacts } from '../../cli/report/facts.ts';
import { renderPage } from '../../cli/report/page.ts';
import { createReportFacts } from '../fixtures/report-facts.ts';

const assets = readAssets();
const render = (facts: ReportFacts): string => renderPage(facts, assets);

const bad = '</script><script>alert(1)</script><img src=x onerror="alert(2)">\'&';

/** Has as many slashes as the other text, since the parts of an OU path are separate choices. */
const harmless = 'x/y/z';

/** Replaces each text of the facts. */
function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.map((each) => withText(each, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withText(each, text)]));
}

describe('escaping', () => {
  const page = render(withText(createReportFacts({ accounts: 3, resources: 8 }), bad) as ReportFacts);

  test('adds no element when every text contains HTML', () => {
    const withoutText = render(
      withText(createReportFacts({ accounts: 3, resources: 8 }), harmless) as ReportFacts,
    );
    const count = (text: string) => text.match(/<[a-z!/]/g)?.length;

    expect(count(page)).toBe(count(withoutText));
    expect(page).not.toMatch(/<img|<script>alert/);
  });

  test('leaves the data intact when every text contains HTML', () => {
    const json = /<script type="application\/json" id="facts">(.*?)<\/script>/s.exec(page)?.[1] ?? '';

    expect(JSON.parse(json).accounts[0].name).toBe(bad);
  });
});

test('allows only the style and the script of the page to run', () => {
  const page = render(createReportFacts({ accounts: 3 }));
  const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const [, script = ''] = /<script type="module">(.*?)<\/script>/s.exec(page) ?? [];
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];

  expect(page.replaceAll('&#39;', "'")).toContain(
    `content="default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(page).not.toMatch(/ style="| on[a-z]+="/);
});

test('loads nothing from elsewhere', () => {
  const page = render(createReportFacts({ accounts: 3 }));

  expect(page).not.toMatch(/(src|href)="(?!#)/);
  expect(page).not.toMatch(/url\(|@import|\bfetch\(|XMLHttpRequest/);
});

test('renders equal pages when the facts are equal', () => {
  expect(render(createReportFacts({ accounts: 40 }))).toBe(render(createReportFacts({ accounts: 40 })));
});

test('stays below 10 MB when there are 5,000 accounts, 100 resources and 20 runs', () => {
  const page = render(createReportFacts({ accounts: 5_000, resources: 100 }));

  expect(Buffer.byteLength(page)).toBeLessThan(10_000_000);
});

test('renders a page when the organization has no account', () => {
  const page = render(createReportFacts({ accounts: 0, resources: 0 }));

  expect(page).toContain('<b>0</b> accounts');
});

test('says what was not read when there is no table', () => {
  const page = render({
    ...createReportFacts({ accounts: 3 }),
    records: 'unavailable',
    runs: [],
    approvals: [],
  });

  expect(page.match(/Not read: no table of an installation was named/g)).toHaveLength(2);
});

test.each([
  ['a conflict', 'managed statements were changed externally again after a run had restored them'],
  ['a blocked or delayed removal', '2 accounts keep their access for a grace period'],
  ['a full policy', '0 accounts more'],
  ['an approval', 'onboarding approve --run run-waiting --plan 9b0c'],
  ['a run before and after', 'The policy before and after: policy'],
  ['a warning', 'The search for base/* failed: AccessDenied.'],
  ['leftover access', 'a managed statement still names 999988887777'],
  ['an unmanaged statement', 'an unmanaged statement'],
])('shows %s in the page itself', (_, text) => {
  const page = render(createReportFacts({ accounts: 12 }));

  expect(page.replace(/<script.*/s, '')).toContain(text);
});
