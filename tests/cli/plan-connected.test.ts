import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDocumentClient } from '../../shared/store/dynamodb/document-client.ts';
import { createDynamoStore } from '../../shared/store/dynamodb/store.ts';
import { createTableDefinition } from '../../shared/store/dynamodb/table.ts';
import { buildOrganization, type Organization } from '../fixtures/moto/organization.ts';
import { objectOf, run, type Screen } from '../fixtures/screen.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

/** The SDK's credential chain reads the process, not what a command is given. */
const variables = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describeWithMoto('plan, apply and drift against an endpoint on this machine', (moto) => {
  const table = 'onboarding-plan';
  const saved = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'onboarding-'));
  const file = join(folder, 'onboarding.yml');
  let organization: Organization;
  const planFile = join(folder, 'plan.json');

  beforeAll(async () => {
    Object.assign(process.env, variables);
    const { endpoint } = moto();
    organization = await buildOrganization(endpoint);
    writeFileSync(file, organization.configuration);
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
    await client.send(new CreateTableCommand(createTableDefinition(table)));
  }, 60_000);

  afterAll(() => {
    process.env = saved;
  });

  const command = (argv: readonly string[], tables: object = { ONBOARDING_TABLE: table }): Promise<Screen> =>
    run([...argv, '--config', file, '--json'], {
      env: { AWS_ENDPOINT_URL: moto().endpoint, AWS_REGION: 'us-east-1', ...tables },
    });

  test('says what a plan without a table cannot know', async () => {
    const screen = await command(['plan'], {});

    expect(screen.code).toBe(2);
    expect(objectOf(screen)).toMatchObject({
      warnings: expect.arrayContaining([expect.stringMatching(/^Without the installation's table/)]),
    });
  }, 30_000);

  test('plans from Organizations, stores nothing and says so when no import has filled the table', async () => {
    const planned = await command(['plan']);
    const applied = await command(['apply', '--yes']);
    const without = await command(['plan'], {});

    expect(planned.code).toBe(2);
    expect(objectOf(planned).warnings).toContainEqual(
      expect.stringMatching(/^The registry of the installation's table is empty: .* Run `onboarding import`/),
    );
    expect(objectOf(planned).counts).toEqual(objectOf(without).counts);
    expect(applied.code).toBe(78);
    expect(await tableItems()).toEqual([]);
  }, 60_000);

  test('plans a configuration that is not active, and refuses to apply it', async () => {
    await command(['import']);
    const planned = await command(['plan', '--out', planFile]);
    const applied = await command(['apply', '--plan', planFile]);

    expect(planned.code).toBe(2);
    expect(objectOf(planned)).toMatchObject({
      warnings: expect.arrayContaining([expect.stringMatching(/is not the active one/)]),
    });
    expect(applied.code).toBe(78);
    expect(objectOf(applied)).toMatchObject({ error: { name: 'ConfigurationMismatchError' } });
  }, 30_000);

  test('applies a plan once, and then finds neither changes nor drift', async () => {
    await command(['activate']);
    const applied = await command(['apply', '--plan', planFile]);
    const again = await command(['apply', '--plan', planFile]);
    const planned = await command(['plan']);
    const drift = await command(['drift']);
    const { resources } = objectOf(drift) as { resources: { status: string; foreign: string }[] };

    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    expect(objectOf(applied)).toMatchObject({ status: 'succeeded', cause: 'apply' });
    expect({ code: again.code, status: objectOf(again).status }).toEqual({ code: 0, status: 'succeeded' });
    expect(planned.code).toBe(0);
    expect(drift.code).toBe(0);
    expect(new Set(resources.map(({ status, foreign }) => `${status} ${foreign}`))).toEqual(
      new Set(['equal same']),
    );
  }, 60_000);

  test('reports drift and a warning when a resource has a conflict, and apply restores the resource', async () => {
    const { accounts, central } = organization;
    const { s3 } = await accounts.in(central.log, 'eu-west-1');
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: 'example-org-cloudtrail' }));
    await createConflict(`s3-bucket-policy/${central.log}/eu-west-1/example-org-cloudtrail`);

    const drift = await command(['drift']);
    const planned = await command(['plan']);
    const applied = await command(['apply', '--yes']);
    const after = await command(['drift']);

    expect([drift, planned, applied, after].map(({ code }) => code)).toEqual([2, 2, 0, 0]);
    expect(objectOf(drift)).toMatchObject({
      status: 'drifted',
      counts: { conflict: 1, 'managed-drift': 0 },
    });
    expect(objectOf(planned).warnings).toContainEqual(
      expect.stringMatching(
        /cloudtrail: conflict since 2026-03-02T09:00:00.000Z: another tool or person changed Theirs again/,
      ),
    );
    expect(objectOf(after)).toMatchObject({ status: 'no-drift', counts: { conflict: 0 } });
  }, 60_000);

  async function tableItems() {
    const client = new DynamoDBClient({ endpoint: moto().endpoint, region: 'us-east-1' });
    const { Items } = await client.send(new ScanCommand({ TableName: table }));
    return Items;
  }

  /** As a sweep leaves it that finds the second change. */
  async function createConflict(resource: string): Promise<void> {
    const client = new DynamoDBClient({ endpoint: moto().endpoint, region: 'us-east-1' });
    const store = createDynamoStore({ client: createDocumentClient(client), tableName: table });
    const state = await store.resources.get(resource);
    if (state === undefined) throw new Error(`Nothing is known of ${resource}`);
    const since = '2026-03-02T09:00:00.000Z';
    const conflict = { strikes: 2, restoredAt: since, changedAt: since, sids: ['Theirs'] } as const;
    await store.resources.put(resource, { ...state, conflict });
  }
});
