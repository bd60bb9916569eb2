import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { findBlocks } from '../../scripts/documentation/blocks.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { normalizePolicy } from '../../shared/iam/normalize.ts';
import { created } from '../fixtures/account-events.ts';
import { root } from '../fixtures/deployment/deployment.ts';
import { small } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, operationCount, sweep } from '../fixtures/sweeps.ts';
import { foreign, named, onboard, type TestEnv } from '../fixtures/test-env.ts';

/** The configuration of docs/removal.md, for the installation of the tests. */
function readLastConfiguration(): Configuration {
  const blocks = findBlocks(readFileSync(`${root}docs/removal.md`, 'utf8'));
  const { text = '' } = blocks.find(({ language }) => language === 'yaml') ?? {};
  const configuration = parseConfiguration(
    text.replace('example-org-cloudtrail', 'example-logs'),
    'docs/removal.md',
  );
  const { installation, notifications } = small();
  return { ...configuration, installation, ...(notifications === undefined ? {} : { notifications }) };
}

const accountsIn = (env: TestEnv) => Object.values(named({ ...env, configuration: small() })).flat();
/** Normalized, because KMS answers principals in an order of its own. */
const unmanaged = (env: TestEnv) =>
  Object.entries(foreign({ ...env, configuration: small() })).map(([resource, documents]) => [
    resource,
    documents.map(normalizePolicy),
  ]);

test('takes all access back, and leaves unmanaged statements, when the last configuration selects no account', async () => {
  const env = await createSweptEnv();
  for (let count = 0; count < 12; count += 1) await onboard(env, created(env).event);
  const [before, others] = [accountsIn(env), unmanaged(env)];

  const last = await activated(env, readLastConfiguration());
  const ended = await sweep(last);

  expect(before.length).toBeGreaterThan(12);
  expect(ended.run).toMatchObject({ status: 'succeeded' });
  expect(ended.run.unresolved ?? []).toEqual([]);
  expect(accountsIn(env)).toEqual([]);
  expect(unmanaged(env)).toEqual(others);

  env.organization.resetCalls();
  expect((await sweep(last)).run).toMatchObject({ status: 'succeeded' });
  expect(operationCount(env, 'PutBucketPolicy') + operationCount(env, 'PutKeyPolicy')).toBe(0);
});
