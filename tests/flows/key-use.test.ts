import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from '@jest/globals';
import type { Application } from '../../shared/configuration/applications.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  type ApplicationEnv,
  addVersion,
  createApplicationEnv,
  good,
  place,
  read,
  reader,
  start,
} from '../fixtures/application-env.ts';
import { watchKeyUse } from '../fixtures/key-use-watch.ts';
import { everything } from '../fixtures/simulator-env.ts';
import { onboard } from '../fixtures/test-env.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

/** An application with a key, and its template's alarm, which gets CloudTrail's events of key use. */
async function createWatchedEnv(more: Partial<Application> = {}) {
  const env = await createApplicationEnv((application) => ({
    ...application,
    profiles: application.profiles.slice(0, 1).map((profile) => ({ ...profile, key: keyId })),
    ...more,
  }));
  env.organization.addKey({ ...place, id: keyId });
  const watched = watchKeyUse({ ...place, template: env.template, applicationId: env.simulated.id });
  const uses: unknown[] = [];
  env.organization.onKeyUse((event) => {
    uses.push(event.detail.eventName);
    watched.deliver(event);
  });
  return { env, watched, uses };
}

/** What somebody with every permission in the account reads with a role that the application does not know. */
async function readAs(name: string, { organization, simulated }: ApplicationEnv) {
  organization.addRole({ accountId: place.accountId, name, trust: everything, permissions: everything });
  const client = withPlugins(
    new AppConfigDataClient({
      region: place.region,
      credentials: organization.credentialsOf(place.accountId, name),
    }),
    [organization.plugin()],
  );
  const { InitialConfigurationToken } = await client.send(
    new StartConfigurationSessionCommand({
      ApplicationIdentifier: simulated.name,
      EnvironmentIdentifier: 'production',
      ConfigurationProfileIdentifier: 'settings',
    }),
  );
  const { Configuration } = await client.send(
    new GetLatestConfigurationCommand({ ConfigurationToken: InitialConfigurationToken }),
  );
  return Buffer.from(Configuration ?? []).toString();
}

test('raises no key alarm when the spoke role deploys and the reader role reads', async () => {
  const { env, watched, uses } = await createWatchedEnv();
  env.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
  await onboard(env, { accountId: reader });

  await start(env, await addVersion(env, good));
  await read(env);

  expect(uses).toEqual(['GenerateDataKey', 'GenerateDataKey', 'Decrypt']);
  expect(watched.listAlarms()).toEqual([]);
});

test('raises the key alarm when an unknown role reads', async () => {
  const { env, watched } = await createWatchedEnv();
  await start(env, await addVersion(env, good));

  expect(await readAs('curious', env)).toBe(good);

  expect(watched.listAlarms()).toEqual(['UnexpectedKeyUsesAlarm']);
});

test('raises no key alarm when a role of keyUsers reads', async () => {
  const { env, watched } = await createWatchedEnv({ keyUsers: ['local-reader'] });
  await start(env, await addVersion(env, good));

  expect(await readAs('local-reader', env)).toBe(good);

  expect(watched.listAlarms()).toEqual([]);
});

test.each([
  ['raises the alarm when an unknown role calls KMS for a deployment', undefined, ['UnexpectedKeyUsesAlarm']],
  ['raises no alarm when an unknown role calls KMS for another application', 'zzz9999', []],
])('%s', async (_, otherId, alarms) => {
  const { env, watched, uses } = await createWatchedEnv();
  const { organization, simulated } = env;
  const role = { accountId: place.accountId, name: 'curious', trust: everything, permissions: everything };
  organization.addRole(role);
  const client = withPlugins(
    new KMSClient({
      region: place.region,
      credentials: organization.credentialsOf(place.accountId, role.name),
    }),
    [organization.plugin()],
  );
  const application = simulated.arn.replace(simulated.id, otherId ?? simulated.id);
  const EncryptionContext = {
    'aws:appconfig:deployment:arn': `${application}/environment/def5678/deployment/1`,
  };

  const { CiphertextBlob } = await client.send(
    new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext }),
  );
  await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));

  expect(uses).toEqual(['GenerateDataKey', 'Decrypt']);
  expect(watched.listAlarms()).toEqual(alarms);
});
