import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { getGrantContext } from '../../shared/configuration/context.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import { createConfigurationReader, createReaderClient } from '../../shared/secrets/reader/index.ts';
import { appConfigRoles } from '../fixtures/deployment/appconfig-roles.ts';
import {
  createSecretEnv,
  deploy,
  environmentId,
  planted,
  region,
  type SecretEnv,
} from '../fixtures/secret-env.ts';
import { security, shared } from '../fixtures/small-configuration.ts';

const member = '888888888888';
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

const listed = (id: string): Account => ({
  id,
  name: id,
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
});

/** What a grant writes for one account. */
function granted(
  { configuration }: SecretEnv,
  entry: { readonly kind: string; readonly account: string; readonly [field: string]: string },
  { id, accountId, to }: { readonly id: string; readonly accountId: string; readonly to: string },
): PolicyDocument['Statement'] {
  const kind = getGrantKind(entry.kind);
  const fields = { name: 'example', for: { accounts: [to] }, ...entry };
  const { next } = kind.render({
    ref: { kind: entry.kind, id, accountId, region },
    actual: kind.empty,
    shares: [{ entry: kind.schema.parse(fields), accounts: [listed(to)] }],
    remembered: [],
    context: getGrantContext(configuration),
  });
  return Object.values(kind.toDocuments(next)).flatMap((document) => document?.Statement ?? []);
}

/** The statements of the presets on the key of another account. */
const keyStatements = (env: SecretEnv, presets: readonly string[]): PolicyDocument['Statement'] =>
  presets.flatMap((preset) =>
    granted(
      env,
      { kind: 'kms-key-policy', account: 'security', key: keyId, preset },
      {
        id: keyId,
        accountId: security,
        to: shared,
      },
    ),
  );

const presets = ['decrypt-secrets', 'deploy-configurations', 'read-configurations'];

/** The secret's key is the security account's; the roles are those of the template, with nothing more. */
async function createKeyedEnv(withPresets: readonly string[], parameters = {}) {
  const env = await createSecretEnv({ environments: ['production', 'test'] });
  const { organization, secretArn, application } = env;
  const key = organization.addKey({ accountId: security, region, id: keyId });
  Object.assign(organization.world.secrets.get(secretArn) ?? {}, { kmsKeyArn: key });
  const roles = appConfigRoles({
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::AccountId': shared,
    OrganizationId: env.configuration.organization.id,
    LocationArn: secretArn,
    KeyArn: key,
    ApplicationId: application.id,
    EnvironmentId: '*',
    ProfileId: '*',
    ...parameters,
  });
  const trust = granted(
    env,
    { kind: 'role-trust-policy', account: 'shared', role: 'ConfigurationReader' },
    { id: 'ConfigurationReader', accountId: shared, to: member },
  );
  organization.deleteRole(`arn:aws:iam::${shared}:role/retrieval`);
  organization.addRole({ accountId: shared, name: 'retrieval', ...roles.retrieval });
  const reader = { ...roles.reader, trust: extended(roles.reader.trust, trust) };
  organization.addRole({ accountId: shared, name: 'ConfigurationReader', ...reader });
  organization.editPolicy('key', key, extended(undefined, keyStatements(env, withPresets)));
  return env;
}

const extended = (
  document: PolicyDocument | undefined,
  more: PolicyDocument['Statement'],
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [...(document?.Statement ?? []), ...more],
});

/** What an application of another account reads by the reader role. */
function read({ organization, clock }: SecretEnv, from = member) {
  const role = { arn: `arn:aws:iam::${shared}:role/ConfigurationReader` };
  const Statement = [{ Effect: 'Allow' as const, Action: 'sts:AssumeRole', Resource: role.arn }];
  const policy = { Version: '2012-10-17', Statement };
  organization.addRole({ accountId: from, name: 'app', trust: policy, permissions: policy });
  return createConfigurationReader({
    client: createReaderClient({
      region,
      role,
      credentials: organization.credentialsOf(from, 'app'),
      clock,
      plugins: [organization.plugin()],
    }),
    application: 'shop',
    environment: 'production',
    profile: 'database',
    schema: z.strictObject({ password: z.string() }),
    clock,
  }).get();
}

test("delivers a secret that another account's key encrypts, with the template's roles and the presets", async () => {
  const env = await createKeyedEnv(presets);
  expect(await deploy(env, { secretId: env.secretArn })).toMatchObject({ status: 'SUCCEEDED' });
  expect(await read(env)).toEqual({ password: `${planted}-1` });
});

test.each(presets)('does not deliver the secret when the key policy lacks %s', async (missing) => {
  const env = await createKeyedEnv(presets.filter((preset) => preset !== missing));
  const { status } = await deploy(env, { secretId: env.secretArn });
  if (missing === 'read-configurations') expect(status).toBe('SUCCEEDED');
  else expect(status).toBe('FAILED');
  await expect(read(env)).rejects.toThrow();
});

test("lets only the grant's accounts assume the reader role, which reads only its environment", async () => {
  const env = await createKeyedEnv(presets, { EnvironmentId: 'other12' });
  await deploy(env, { secretId: env.secretArn });
  await expect(read(env)).rejects.toThrow(/not authorized|denied/i);

  const own = await createKeyedEnv(presets);
  await deploy(own, { secretId: own.secretArn });
  expect(environmentId(own)).not.toBe('other12');
  await expect(read(own, '999999999999')).rejects.toThrow();
});
