import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { ReportFacts } from '../../cli/report/facts.ts';
import type { Io } from '../../cli/terminal.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const cwd = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const file = 'report.html';
const argv = ['report', '--simulate', '--config', join(process.cwd(), exampleConfiguration), '--out', file];

async function write(more: readonly string[] = [], io: Partial<Io> = {}) {
  const screen = await run([...argv, ...more], { cwd, ...io });
  return { ...screen, page: readFileSync(join(cwd, file), 'utf8') };
}

async function readFacts(io: Partial<Io> = {}, more: readonly string[] = []): Promise<ReportFacts> {
  const screen = await write(['--json', ...more], io);
  expect(screen).toMatchObject({ code: 0, stderr: '' });
  return objectOf(screen).facts as ReportFacts;
}

const find = (facts: ReportFacts, id: string) => facts.resources.find((resource) => resource.id === id);

test('writes a page and says what it contains when the organization is simulated', async () => {
  const { code, stdout, stderr, page } = await write();

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe('Wrote report.html: 8 accounts, 13 resources, 1 run. Open it in a browser.\n');
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain('installation example');
});

test('lists every access with both halves when the accounts are onboarded', async () => {
  const facts = await readFacts();
  const workloads = facts.accounts.findIndex(({ name }) => name === 'workloads-1');
  const own = facts.accesses.filter(({ accounts }) =>
    facts.accountSets[accounts]?.some(([first, last]) => first <= workloads && workloads <= last),
  );

  expect(own).toContainEqual(
    expect.objectContaining({
      grant: 'runner-secrets',
      who: 'Role deploy/Runner of {account}',
      role: 'deploy/Runner',
      central: 'allowed',
      status: 'verified',
    }),
  );
  expect(new Set(facts.accesses.map(({ status }) => status))).toEqual(new Set(['verified']));
});

test('names the grant of each principal when a grant wrote the statement', async () => {
  const { resources, principals } = await readFacts();
  const index = resources.findIndex(({ id }) => id === 'base/python');

  expect(principals.filter(({ resource }) => resource === index)).toEqual([
    expect.objectContaining({ statement: 'BuildersPush', source: 'unmanaged' }),
    expect.objectContaining({ principal: '{account}', source: 'grant', grant: 'base-images' }),
  ]);
});

test('judges the central half alone when an account is not verified', async () => {
  const facts = await readFacts({}, ['--verify', '0']);
  const { stdout } = await write(['--verify', '0']);

  expect(new Set(facts.accesses.map(({ status }) => status))).toEqual(new Set(['central-only']));
  expect(facts.accounts.every(({ verified }) => !verified)).toBe(true);
  expect(stdout).toContain(
    'Verified on both sides: 0 accounts. For more, add --verify NUMBER or --verify all',
  );
});

test('shows drift and a denied access when a managed statement was removed', async () => {
  const facts = await readFacts({
    outsiders: ({ world }) => {
      const bucket = world.buckets.get('example-org-config');
      if (bucket !== undefined) bucket.policy = undefined;
    },
  });

  expect(find(facts, 'example-org-config')).toMatchObject({ drift: 'managed-drift' });
  expect(find(facts, 'example-org-config')?.difference.join('\n')).toContain('- AccountOnboarding');
  expect(facts.accesses.filter(({ status }) => status === 'denied')).toEqual([
    expect.objectContaining({ grant: 'config-logs', central: 'denied', reason: 'no statement allows it' }),
  ]);
});

test('shows what a run changed with the policy before and after', async () => {
  const { runs } = await readFacts();
  const [change] = runs[0]?.changes ?? [];

  expect(runs).toHaveLength(1);
  expect(change).toMatchObject({ outcome: 'written' });
  expect(change?.documents?.[0]?.after).toContain('"Sid": "AccountOnboardingexample');
  expect(await readFacts({}, ['--runs', '0'])).toMatchObject({ records: 'read', runs: [] });
});

test.each([
  [['report', '--simulate'], '--out is missing. Use --out report.html'],
  [[...argv, '--verify', 'some'], '--verify some: must be a number from 0 to 999999'],
  [[...argv, '--runs', '-1'], '--runs -1: must be a number from 0 to 999999'],
])('refuses %j with the reason', async (refused, message) => {
  const { code, stderr } = await run(refused, { cwd });

  expect(code).toBe(64);
  expect(stderr).toContain(message);
});

test('says which file cannot be written when the folder is missing', async () => {
  const { code, stderr } = await run([...argv.slice(0, -1), 'missing/report.html'], { cwd });

  expect(code).toBe(64);
  expect(stderr).toContain('missing/report.html cannot be written (ENOENT)');
});
