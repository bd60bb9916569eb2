import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunReport } from '../../cli/run-report.ts';
import { createDynamoStore } from '../../shared/store/dynamodb/store.ts';
import { accountsAt } from '../fixtures/moto/accounts.ts';
import { bucketPolicy, namedIn } from '../fixtures/moto/policies.ts';
import { run } from '../fixtures/screen.ts';
import { createTable, tableClient } from '../fixtures/servers/dynamodb-tables.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

/** The organization is the one that scripts/moto-organization.ts starts, with a moto of its own. */
describeWithMoto('the command line against an endpoint on this machine', () => {
  let script: ChildProcess;
  let endpoint: string;
  let files: readonly string[];
  let folder: string;
  let revisions = { account: '', region: '' };
  beforeAll(async () => {
    script = start(['scripts/moto-organization.ts'], {});
    const [, url = '', config = '', event = ''] = await untilSaid(script, whereToGo);
    endpoint = url;
    files = ['--config', config, '--event', event];
    folder = dirname(config);
  }, 60_000);
  afterAll(async () => {
    if (script?.exitCode === null && script.kill('SIGTERM')) await once(script, 'exit');
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** Runs the command in this process. The first test starts a process. */
  const onboarding = async (args: readonly string[], environment: Record<string, string> = {}) => {
    Object.assign(process.env, credentials);
    const env = { AWS_ENDPOINT_URL: endpoint, ...credentials, ...environment };
    const screen = await run([...args, '--json'], { env, cwd: folder });
    return { ...screen, json: jsonIn(screen.stdout) };
  };

  test('onboards the account of an event when no table is given', async () => {
    const { code, json } = await commandIn(folder, ['run', ...files, '--json'], {
      AWS_ENDPOINT_URL: endpoint,
    });
    const { accountId, resources, ...report } = json as RunReport;
    const bucket = resources.find(({ id }) => id === 'example-org-revisions');
    const { account = '', region = '' } = bucket ?? {};
    revisions = { account, region };

    expect(code).toBe(0);
    expect(report).toMatchObject({ status: 'succeeded', cause: 'created', unresolved: [] });
    const policy = await bucketPolicy(
      await accountsAt(endpoint).in(account, region),
      'example-org-revisions',
    );
    expect(namedIn(JSON.parse(policy ?? ''))).toEqual({
      RevisionsList: [accountId],
      RevisionsRead: [accountId],
    });
  }, 60_000);

  test('refuses to run before the configuration is active, and then records the run in the table', async () => {
    const table = await createTable(tableClient(endpoint));
    const environment = { ONBOARDING_TABLE: table.tableName };
    const refused = await onboarding(['run', ...files], environment);
    const activated = await onboarding(['activate', ...files.slice(0, 2)], environment);
    const imported = await onboarding(['import', ...files.slice(0, 2)], environment);
    const { code, json } = await onboarding(['run', ...files, '--name', 'by-hand'], environment);

    expect(refused.code).toBe(78);
    expect(refused.stderr).toContain('onboarding activate');
    expect(activated.code).toBe(0);
    expect(imported.json).toMatchObject({ status: 'succeeded', accounts: 6, ready: true });
    expect(code).toBe(0);
    const { runs } = createDynamoStore(table);
    const { accountId, status } = json as RunReport;
    expect(await runs.get('by-hand')).toMatchObject({ status, accountIds: [accountId] });
    expect((await runs.getWhole('by-hand')).changes).toHaveLength(12);

    const budget = await onboarding(['budget', ...files.slice(0, 2)], environment);
    const policy = await bucketPolicy(
      await accountsAt(endpoint).in(revisions.account, revisions.region),
      'example-org-revisions',
    );
    expect(budget).toMatchObject({ code: 0, json: { status: 'complete' } });
    expect((budget.json as { resources: object[] }).resources).toContainEqual(
      expect.objectContaining({ id: 'example-org-revisions', size: policy?.length, limit: 20_480 }),
    );
  }, 60_000);

  test('names the endpoint when it does not exist', async () => {
    const { code, stderr } = await onboarding(['run', ...files], { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });

    expect(code).toBe(69);
    expect(stderr).toContain('127.0.0.1:9');
  }, 60_000);

  test('stops its moto server when the script is stopped', async () => {
    script.kill('SIGTERM');

    expect(await once(script, 'exit')).toEqual([0, null]);
    await expect(fetch(endpoint)).rejects.toThrow();
  }, 60_000);
});

const whereToGo = /AWS_ENDPOINT_URL=(\S+) .*--config (\S+) --event (\S+)/s;

const project = fileURLToPath(new URL('../..', import.meta.url));

const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

function start(args: readonly string[], environment: Record<string, string>, cwd = project): ChildProcess {
  const { PATH = '', HOME = '', MOTO_SERVER = '' } = process.env;
  return spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, MOTO_SERVER, NO_COLOR: '1', ...credentials, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
}

/** Runs `onboarding` in a process of its own, as a person or a pipeline does. */
async function commandIn(cwd: string, args: readonly string[], environment: Record<string, string>) {
  const child = start([join(project, 'cli/bin.js'), ...args], environment, cwd);
  const { stdout: out, stderr: err } = child;
  if (out === null || err === null) throw new Error('The command has no output');
  const [stdout, stderr, [code]] = await Promise.all([text(out), text(err), once(child, 'exit')]);
  return { code, json: jsonIn(stdout), stderr };
}

const jsonIn = (stdout: string): unknown => (stdout === '' ? undefined : JSON.parse(stdout));

/** What the process has said when it matches; it is stopped where it ends or says something else. */
async function untilSaid({ stdout, stderr }: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  if (stdout === null || stderr === null) throw new Error('The script has no output');
  const errors = text(stderr);
  let said = '';
  for await (const chunk of stdout) {
    said += String(chunk);
    const match = pattern.exec(said);
    if (match !== null) return match;
  }
  throw new Error(`The script ended early: ${said}${await errors}`);
}
