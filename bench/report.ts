/**
 * Measures the page of `onboarding report` for 12 and for 5,000 accounts: its size, the time to make it from the facts,
 * and the time until Chromium has opened it. Without Chromium (`CHROMIUM` names its place) the last column is empty.
 * Exits with 1 if a page has 10 MB or more, or takes two seconds or more to open.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { readAssets } from '../cli/report/assets.ts';
import { renderPage } from '../cli/report/page.ts';
import { createReportFacts } from '../tests/fixtures/report-facts.ts';
import { findChromium } from '../tests/fixtures/servers/find-chromium.ts';

const mostBytes = 10_000_000;
const mostMilliseconds = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'bench-report-'));
const assets = readAssets();
const rows = [];
for (const accounts of [12, 5_000]) rows.push(await measure(accounts));
rmSync(folder, { recursive: true });
console.table(rows);
if (rows.some(({ bytes, opened = 0 }) => bytes >= mostBytes || opened >= mostMilliseconds))
  process.exitCode = 1;

async function measure(accounts: number) {
  const facts = createReportFacts({ accounts });
  const begun = performance.now();
  const page = renderPage(facts, assets);
  const made = Math.round(performance.now() - begun);
  const file = join(folder, `${accounts}.html`);
  writeFileSync(file, page);
  return { accounts, bytes: Buffer.byteLength(page), made, opened: await measureOpening(file) };
}

/** Milliseconds from the navigation to the end of the page's own script. `undefined` without a browser. */
async function measureOpening(file: string): Promise<number | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    return Math.round(Number(await page.evaluate('performance.now()')));
  } finally {
    await browser.close();
  }
}
