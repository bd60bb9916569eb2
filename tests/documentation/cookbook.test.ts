import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { findBlocks, findMissingLine } from '../../scripts/documentation/blocks.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const simulated = ['--simulate', '--config', exampleConfiguration];
const bucket = 'example-org-flow-logs';

const pages = readdirSync('docs/cookbook')
  .filter((file) => file !== 'README.md')
  .map((file) => basename(file, '.md'));

/** The screens of a page that no command of the documentation prints: a simulated event makes each of them. */
const screensOf = (page: string): readonly string[] =>
  findBlocks(readFileSync(`docs/cookbook/${page}.md`, 'utf8'))
    .filter(({ language }) => language === 'text')
    .map(({ text }) => text);

/** Another tool adds an account to a managed statement. */
function editBucket({ world }: SimulatedOrganization): void {
  const found = world.buckets.get(bucket);
  if (found === undefined) throw new Error('There is no bucket');
  found.policy = (found.policy ?? '').replaceAll('vpcflowlogs', 'elsewhere');
}

/** The tool edits the statement, a sweep restores it, and the tool edits it again. */
async function editTwice(organization: SimulatedOrganization, services: Services): Promise<void> {
  const sweep = (name: string) => runLocally({ machine: 'organization-sweep', services, name, input: {} });
  for (const name of ['restores', 'notices']) {
    await services.clock.sleep(60 * 60_000);
    editBucket(organization);
    await sweep(name);
  }
}

const lacks = (page: string, stdout: string) =>
  screensOf(page)
    .map((screen) => findMissingLine(screen, stdout))
    .filter((line) => line !== undefined);

test('shows in docs/cookbook/conflict.md what drift prints when a tool changes a statement twice', async () => {
  const { code, stdout } = await run(['drift', ...simulated], { outsiders: editTwice });

  expect(code).toBe(2);
  expect(screensOf('conflict')).toHaveLength(1);
  expect(lacks('conflict', stdout)).toEqual([]);
});

test('shows in docs/cookbook/rejected-principal.md how a run ends when AWS rejects the account', async () => {
  const accountId = '777777777777';
  const { code, stdout } = await run(['start', '--account', accountId, '--wait', ...simulated], {
    prepareWorld: ({ world }) => void world.refusedPrincipals.add(accountId),
  });

  expect(code).toBe(1);
  expect(screensOf('rejected-principal')).toHaveLength(1);
  expect(lacks('rejected-principal', stdout)).toEqual([]);
});

test.each(pages)('has at most 600 words and the four parts of a recipe in docs/cookbook/%s.md', (page) => {
  const text = readFileSync(`docs/cookbook/${page}.md`, 'utf8');

  expect(text.split(/\s+/).length).toBeLessThanOrEqual(600);
  expect(text).toContain('\n**When**: ');
  expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
    'Steps',
    'Done when',
    'What can go wrong',
  ]);
});

test('lists every recipe in docs/cookbook/README.md', () => {
  const index = readFileSync('docs/cookbook/README.md', 'utf8');

  expect(pages.length).toBeGreaterThan(8);
  expect(pages.filter((page) => !index.includes(`](${page}.md)`))).toEqual([]);
});
