import { AppConfigClient, StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { expect, it } from '@jest/globals';
import type { Principal } from '../../shared/iam/document.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  createSecretEnv,
  currentVersion,
  deployedTo,
  environmentId,
  profileId,
  region,
  type SecretEnv,
} from '../fixtures/secret-env.ts';
import { everything, policy, refusal } from '../fixtures/simulator-env.ts';
import { shared } from '../fixtures/small-configuration.ts';

async function envTrusting(Principal: Principal): Promise<SecretEnv> {
  const env = await createSecretEnv();
  env.organization.addRole({
    accountId: shared,
    name: 'retrieval',
    trust: policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }),
    permissions: everything,
  });
  return env;
}

function start(env: SecretEnv) {
  const { organization, application, strategy } = env;
  const config = { region, credentials: organization.credentialsOf(shared, 'retrieval'), maxAttempts: 1 };
  return withPlugins(new AppConfigClient(config), [organization.plugin()]).send(
    new StartDeploymentCommand({
      ApplicationId: application.id,
      EnvironmentId: environmentId(env),
      ConfigurationProfileId: profileId(env),
      ConfigurationVersion: currentVersion(env),
      DeploymentStrategyId: strategy,
    }),
  );
}

it('deploys a secret when the retrieval role trusts AppConfig', async () => {
  const env = await envTrusting({ Service: 'appconfig.amazonaws.com' });

  await start(env);

  expect(deployedTo(env)).toEqual([currentVersion(env)]);
});

it.each<[string, Principal]>([
  ['another service', { Service: 'lambda.amazonaws.com' }],
  ['its account alone', { AWS: shared }],
])('deploys nothing when the retrieval role trusts %s', async (_, trusted) => {
  const env = await envTrusting(trusted);

  expect(await refusal(start(env))).toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining('not authorized to perform: sts:AssumeRole'),
  });
  expect(deployedTo(env)).toEqual([]);
});
