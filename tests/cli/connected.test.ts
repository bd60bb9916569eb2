import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTableDefinition } from '../../shared/store/dynamodb/table.ts';
import { buildOrganization, type Organization } from '../fixtures/moto/organization.ts';
import { objectOf, run, type Screen, standardInput } from '../fixtures/screen.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

/** The SDK's credential chain reads the process, not what a command is given. */
const variables = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describeWithMoto('against an endpoint on this machine', (moto) => {
  const table = 'onboarding-cli';
  const saved = { ...process.env };
  let organization: Organization;
  let file: string;

  beforeAll(async () => {
    Object.assign(process.env, variables);
    const { endpoint } = moto();
    organization = await buildOrganization(endpoint);
    file = configurationFile(organization.configuration);
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
    await client.send(new CreateTableCommand(createTableDefinition(table)));
  }, 60_000);

  afterAll(() => {
    process.env = saved;
  });

  const command = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Screen> =>
    run([...argv, '--json'], {
      env: { AWS_ENDPOINT_URL: moto().endpoint, AWS_REGION: 'us-east-1', ...env },
      stdin: standardInput(JSON.stringify({ accountId: organization.central.log })),
    });
  const withTable = { ONBOARDING_TABLE: table };

  test('imports the accounts into memory and writes when run has an endpoint and no table', async () => {
    const screen = await command(['run', '--config', file, '--event', '-']);

    expect({ ...screen, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      calls: { 's3:PutBucketPolicy': expect.any(Number) },
    });
  }, 30_000);

  test('refuses run with a table before a configuration is active', async () => {
    const screen = await command(['run', '--config', file, '--event', '-'], withTable);

    expect(screen.code).toBe(78);
    expect(objectOf(screen)).toMatchObject({ error: { name: 'ConfigurationMismatchError' } });
  });

  test('prepares the table with activate and import, and runs on the table', async () => {
    const activated = await command(
      ['activate', '--config', file, '--by', 'somebody', '--no-import'],
      withTable,
    );
    const again = await command(['activate', '--config', file, '--no-import'], withTable);
    const imported = await command(['import'], withTable);
    const ran = await command(['run', '--config', file, '--event', '-', '--name', 'first'], withTable);

    expect(objectOf(activated)).toMatchObject({
      changed: true,
      previous: null,
      active: { activatedBy: 'somebody' },
    });
    expect(objectOf(again)).toMatchObject({ changed: false });
    expect(objectOf(imported)).toMatchObject({ status: 'succeeded', accounts: 5, changed: 5, ready: true });
    expect(objectOf(ran)).toMatchObject({ status: 'succeeded', runId: 'first' });
  }, 30_000);

  test('refuses a run whose name an earlier run has', async () => {
    const screen = await command(['run', '--config', file, '--event', '-', '--name', 'first'], withTable);

    expect(screen).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('Run first exists already'),
    });
  });

  test('refuses run with a configuration that is not the active one', async () => {
    const other = configurationFile(
      organization.configuration.replace(/^installation: .*$/m, 'installation: other'),
    );
    const screen = await command(['run', '--config', other, '--event', '-'], withTable);

    expect(screen.code).toBe(78);
    expect(screen.stderr).toMatch(/is not the active one .* by somebody\). Run `onboarding activate`/);
  });

  test('names the missing table when the table does not exist', async () => {
    const screen = await command(['activate', '--config', file], { ONBOARDING_TABLE: 'no-such-table' });

    expect(screen).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('Check ONBOARDING_TABLE and AWS_REGION'),
    });
  });

  test('names the endpoint when the endpoint does not answer', async () => {
    const env = { ...withTable, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const screen = await command(['activate', '--config', file], env);

    expect(screen.code).toBe(69);
  });
});

function configurationFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'onboarding-')), 'onboarding.yml');
  writeFileSync(file, text);
  return file;
}
