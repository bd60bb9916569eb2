import { describe, expect, test } from '@jest/globals';
import { rotateSecret } from '../../shared/secrets/rotation-function/index.ts';
import { rotateNow } from '../../simulator/rotation.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import { functionIn, toolsOf } from '../fixtures/rotation-function.ts';
import {
  createSecretEnv,
  currentVersion,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  region,
  rotate,
  type SecretEnv,
  servedTo,
} from '../fixtures/secret-env.ts';
import { shared, small } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';
import { delegating, forwardFromCentral, tooling, withToolingTopic } from '../fixtures/tooling-account.ts';

const createToolingEnv = (): Promise<SecretEnv> =>
  createSecretEnv({
    secretDeployment: namedTarget,
    hubAccountId: tooling,
    adapt: withToolingTopic,
    prepare: delegating(small()),
  });

/** Deploys what the event says, after the rules of the shared account have forwarded it. */
const deployForwarded = (env: SecretEnv, event: unknown) =>
  deploy(env, forwardFromCentral(env.configuration, shared, event));

/** What the rotation function has put on the bus of its own account. */
const listRequests = ({ organization }: SecretEnv) =>
  organization.world.putEvents
    .filter(({ Source }) => Source === 'account-onboarding.rotation')
    .map(({ Source, DetailType, Detail, Resources }) => ({
      source: Source,
      'detail-type': DetailType,
      resources: Resources,
      detail: JSON.parse(String(Detail)),
    }));

describe('a hub in a tooling account', () => {
  test('deploys a secret when it has a new version', async () => {
    const env = await createToolingEnv();

    const { status, run } = await deployForwarded(env, await rotate(env));

    expect([status, run?.reason]).toEqual(['SUCCEEDED', '1 of 1 deployments complete']);
    expect(deployedTo(env)).toEqual([currentVersion(env)]);
    expect(announcements(env)).toEqual(['Configuration Deployed']);
    expect(env.organization.world.messages).toHaveLength(1);
  });

  test('deploys a secret when its rotation function asks for it', async () => {
    const env = await createToolingEnv();
    const clients = functionIn(env.organization, shared, region);
    const rotator = { generate: async () => JSON.stringify({ password: `${planted}-rotated` }) };

    const error = await rotateNow(env.organization, {
      secretArn: env.secretArn,
      client: clients.secretsManager,
      invoke: (event) => rotateSecret(toolsOf(clients, rotator, silentLogger), event),
    });
    expect(error).toBeUndefined();
    const [request] = listRequests(env);
    const { status } = await deployForwarded(env, request);

    expect(status).toBe('SUCCEEDED');
    expect(servedTo(env)).toBe(`${planted}-rotated`);
  });

  test('continues a deployment when the scheduled check runs', async () => {
    const env = await createToolingEnv();
    await rotate(env);

    await deploy(env, { secretId: env.secretArn });
    const { status } = await deploy(env, { resumePending: true });

    expect(status).toBe('SUCCEEDED');
    expect(deployedTo(env)).toEqual([currentVersion(env)]);
  });
});
