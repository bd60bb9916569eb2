import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDynamoStore } from '../../shared/store/dynamodb/store.ts';
import { buildOrganization, createAccount, moveAccount } from '../fixtures/moto/organization.ts';
import { namedIn, readPolicies } from '../fixtures/moto/policies.ts';
import { run } from '../fixtures/screen.ts';
import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { createTable, tableClient } from '../fixtures/servers/dynamodb-tables.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

const program = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

describeWithMoto('two processes of apply', (moto) => {
  describeWithDynamoDb('with the table in DynamoDB Local', (dynamodb) => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'onboarding-two-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    test('ends both applies with 0 and serves every account when they run at once', async () => {
      const organization = await buildOrganization(moto().endpoint);
      const ids = [
        await createAccount(organization.accounts.organizations, 'one'),
        await createAccount(organization.accounts.organizations, 'other'),
      ].sort();
      for (const id of ids) await moveAccount(organization, id, 'Workloads');
      const file = join(folder, 'onboarding.yml');
      await writeFile(file, organization.configuration);
      const client = tableClient(dynamodb().endpoint);
      const table = await createTable(client);
      const env = {
        ...credentials,
        AWS_ENDPOINT_URL: moto().endpoint,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb().endpoint,
        ONBOARDING_TABLE: table.tableName,
      };
      Object.assign(process.env, credentials);
      for (const command of ['activate', 'import'])
        expect((await run([command, '--config', file, '--json'], { env, cwd: folder })).code).toBe(0);

      const apply = () => applyIn(folder, file, env);
      const ended = await Promise.all([apply(), apply()]);

      expect(ended).toMatchObject([
        { code: 0, status: 'succeeded', unresolved: [] },
        { code: 0, status: 'succeeded', unresolved: [] },
      ]);
      const policies = await readPolicies(organization);
      expect(namedIn(policies.revisions)).toEqual({ RevisionsList: ids, RevisionsRead: ids });
      expect(namedIn(policies['flow-logs'])).toEqual({ FlowLogsCheck: ids, FlowLogsWrite: ids });
      expect(namedIn(policies['base/python'])).toEqual({ BaseImagesPull: ids });
      expect(namedIn(policies['runner-token'])).toEqual({ RunnerSecretsRead: ids });
      const { runs } = createDynamoStore(table);
      for (const { runId } of ended) expect(await runs.get(runId)).toMatchObject({ status: 'succeeded' });
      client.destroy();
    }, 60_000);
  });
});

interface Applied {
  readonly code: number;
  readonly runId: string;
}

/** Runs `onboarding apply` in a process of its own, as an operator or a pipeline does. */
async function applyIn(cwd: string, file: string, env: Record<string, string>): Promise<Applied> {
  const { PATH = '', HOME = '' } = process.env;
  const args = [program, 'apply', '--config', file, '--yes', '--json'];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 50_000,
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, ...JSON.parse(stdout) };
}
