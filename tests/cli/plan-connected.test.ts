import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tableDefinition } from '../../shared/store/dynamodb/table.ts';
import { describeWithMoto } from '../integration/moto.ts';
import { buildOrganisation } from '../integration/organisation.ts';
import { objectOf, run, type Screen } from './screen.ts';

/** The SDK's credential chain reads the process, not what a command is given. */
const variables = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describeWithMoto('plan, apply and drift against an endpoint on this machine', (moto) => {
  const table = 'onboarding-plan';
  const saved = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'onboarding-'));
  const file = join(folder, 'onboarding.yml');
  const planFile = join(folder, 'plan.json');

  beforeAll(async () => {
    Object.assign(process.env, variables);
    const { endpoint } = moto();
    writeFileSync(file, (await buildOrganisation(endpoint)).configuration);
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
    await client.send(new CreateTableCommand(tableDefinition(table)));
  }, 60_000);

  afterAll(() => {
    process.env = saved;
  });

  const command = (argv: readonly string[], tables: object = { ONBOARDING_TABLE: table }): Promise<Screen> =>
    run([...argv, '--config', file, '--json'], {
      env: { AWS_ENDPOINT_URL: moto().endpoint, AWS_REGION: 'us-east-1', ...tables },
    });

  test('a plan without a table says what it cannot know', async () => {
    const screen = await command(['plan'], {});

    expect(screen.code).toBe(2);
    expect(objectOf(screen)).toMatchObject({
      warnings: expect.arrayContaining([expect.stringMatching(/^Without the deployment's table/)]),
    });
  }, 30_000);

  test('nothing is planned from a registry that is not complete', async () => {
    expect(await command(['plan'])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('onboarding import'),
    });
  });

  test('a configuration that is not in force can be planned, and not applied', async () => {
    await command(['import']);
    const planned = await command(['plan', '--out', planFile]);
    const applied = await command(['apply', '--plan', planFile]);

    expect(planned.code).toBe(2);
    expect(objectOf(planned)).toMatchObject({
      warnings: expect.arrayContaining([expect.stringMatching(/is not the one in force/)]),
    });
    expect(applied.code).toBe(78);
    expect(objectOf(applied)).toMatchObject({ error: { name: 'ConfigurationMismatchError' } });
  }, 30_000);

  test('what is planned is applied once; then there is nothing to do, and no drift', async () => {
    await command(['activate']);
    const applied = await command(['apply', '--plan', planFile]);
    const again = await command(['apply', '--plan', planFile]);
    const planned = await command(['plan']);
    const drift = await command(['drift']);
    const { resources } = objectOf(drift) as { resources: { status: string; foreign: string }[] };

    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    expect(objectOf(applied)).toMatchObject({ status: 'succeeded', cause: 'apply' });
    expect(objectOf(again)).toMatchObject({ error: { name: 'StalePlanError' } });
    expect(planned.code).toBe(0);
    expect(drift.code).toBe(0);
    expect(new Set(resources.map(({ status, foreign }) => `${status} ${foreign}`))).toEqual(
      new Set(['equal same']),
    );
  }, 60_000);
});
