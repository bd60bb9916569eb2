import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { readAssets } from '../../cli/report/assets.ts';
import { renderPage } from '../../cli/report/page.ts';
import { createReportFacts } from '../fixtures/report-facts.ts';
import { describeWithChromium } from '../fixtures/servers/chromium.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-browser-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the page of an organization, and returns its address. */
function writePage(accounts: number, change: (page: string) => string = (page) => page): string {
  const file = join(folder, `${accounts}.html`);
  writeFileSync(file, change(renderPage(createReportFacts({ accounts }), readAssets())));
  return pathToFileURL(file).href;
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** The rules of WCAG and of good practice that the page breaks, each with its first element. */
async function listViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResult>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

const listRows = (page: Page): Promise<readonly string[]> =>
  page.locator('#matrix tbody th[scope=row] button').allTextContents();

const countText = (page: Page): Promise<string | null> => page.locator('#count').textContent();

describeWithChromium('the page of a report in Chromium', (browser: () => Browser) => {
  const problems: string[] = [];
  afterEach(() => {
    expect(problems.splice(0)).toEqual([]);
  });

  /** Opens a page. Messages of the console, errors and requests of other files fail the test. */
  async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser().newContext({ viewport: { width: 1400, height: 1000 }, ...options });
    const page = await context.newPage();
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url.split('#')[0]) problems.push(request.url());
    });
    await page.goto(url);
    return page;
  }

  test('shows the first rows when there are 5,000 accounts', async () => {
    const page = await open(writePage(5_000));

    expect(await countText(page)).toBe('Accounts 1 to 50 of 5,000');
  });

  test('shows only the accounts that all filters select', async () => {
    const page = await open(writePage(5_000));

    await page.getByLabel('Account, by name or id').fill('orders-12');
    expect(await countText(page)).toBe('Accounts 1 to 50 of 111 (of 5,000 in the organization)');
    await page.locator('[name=ou]').selectOption('Platform');
    await page.locator('[name=status]').selectOption('denied');
    expect(await listRows(page)).toEqual(['orders-1201']);
    await page.locator('[name=grant]').selectOption('grant-0');
    expect(await countText(page)).toBe('No account matches the filters.');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    expect(await countText(page)).toBe('Accounts 1 to 50 of 5,000');
  });

  test('shows the accounts below an OU when the OU is chosen', async () => {
    const page = await open(writePage(12));

    await page.locator('[name=ou]').selectOption('Workloads');

    expect(await listRows(page)).toEqual([6, 7, 8, 9, 10, 11].map((number) => `orders-${number}`));
  });

  test('shows both halves of an access when the keyboard opens its account', async () => {
    const page = await open(writePage(12));
    const account = page.getByRole('button', { name: 'orders-3', exact: true });

    await account.focus();
    await page.keyboard.press('Enter');

    const row = page.locator('#detail-3 tbody tr', { hasText: 'unknown' });
    expect(await row.locator('td').allTextContents()).toEqual([
      '? unknown',
      'Role app/Web of orders-3 (111122220003): read s3://example-4',
      'S3 bucket policy example-4',
      'grant-4',
      'The central policy allows it',
      'role app/Web was not read',
      'it is unknown in orders-3 (111122220003)',
    ]);
    expect(await account.getAttribute('aria-expanded')).toBe('true');
    expect(await page.evaluate('document.activeElement.dataset.account')).toBe('3');
  });

  test('turns the pages of the table', async () => {
    const page = await open(writePage(120));

    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('button', { name: 'Next page' }).click();

    expect(await countText(page)).toBe('Accounts 101 to 120 of 120');
    expect(await page.getByRole('button', { name: 'Next page' }).isDisabled()).toBe(true);
    await page.locator('[name=size]').selectOption('all');
    expect(await listRows(page)).toHaveLength(120);
  });

  test('opens a resource and names all its accounts when a link and a button ask for them', async () => {
    const page = await open(writePage(12));

    await page.locator('#capacity a', { hasText: 'example-5' }).click();
    await page.getByRole('button', { name: 'and 2 more' }).first().click();

    expect(await page.locator('#resource-5').getAttribute('open')).not.toBeNull();
    expect(await page.locator('#resource-5 .names').textContent()).toContain('orders-11 (111122220011)');
  });

  test('shows only resources with the text of the filter', async () => {
    const page = await open(writePage(12));

    await page.getByLabel('Resource, by name, kind or account').fill('example-7');

    expect(await page.locator('#resources summary:visible strong').allTextContents()).toEqual([
      'S3 bucket policy example-7',
    ]);
  });

  test('unfolds the resources and the runs while the page is printed', async () => {
    const page = await open(writePage(12));
    const count = () => page.locator('details[open]').count();

    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await count()).toBe(1 + 20 + 20);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await count()).toBe(0);
  });

  test('runs no script that is not its own', async () => {
    const page = await open(
      writePage(3, (text) => text.replace('</main>', '<script>window.bad = 1</script></main>')),
    );

    expect(await page.evaluate('window.bad')).toBeUndefined();
    expect(problems.splice(0).join()).toContain('Content Security Policy');
  });

  test.each([
    ['in light colors', 12, { colorScheme: 'light' }],
    ['in dark colors', 12, { colorScheme: 'dark' }],
    ['on a narrow screen', 12, { viewport: { width: 420, height: 900 } }],
    ['with 5,000 accounts', 5_000, {}],
  ] as const)('breaks no rule of accessibility %s', async (_, accounts, options) => {
    const page = await open(writePage(accounts), { bypassCSP: true, ...options });
    await page.getByRole('button', { name: 'orders-3', exact: true }).click();
    await page.locator('#resources summary, #runs > details > summary').first().click();
    await page.locator('#runs summary').first().click();

    expect(await listViolations(page)).toEqual([]);
  });

  test('breaks no rule of accessibility when it is printed', async () => {
    const page = await open(writePage(12), { bypassCSP: true, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });

    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await listViolations(page)).toEqual([]);
  });
});
