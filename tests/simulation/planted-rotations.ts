import { AppConfigClient, StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { rotateSecret } from '../../shared/secret-rotation/index.ts';
import { clientOf, type FunctionUnderTest } from '../../simulation/rotation-function.ts';
import type { RotationPlayOptions } from '../../simulation/rotation-play.ts';
import { versionWith } from '../../simulator/secrets.ts';

/** What goes between the code and the world, or in its place, so that a promise cannot hold any more. */
export type PlantedRotation = Omit<RotationPlayOptions, 'seed'>;

/**
 * The order of AWS's published sample: the label first, then the deployments, by the function itself, and nothing where
 * the label is there already.
 */
const sample: FunctionUnderTest = async (tools, event, stage, secret) => {
  if (event.Step !== 'finishSecret') return rotateSecret(tools, event);
  const known = stage.organisation.world.secrets.get(secret.arn);
  const current = known === undefined ? undefined : versionWith(known, 'AWSCURRENT')?.id;
  if (current === event.ClientRequestToken) return;
  await tools.secretsManager.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secret.arn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: event.ClientRequestToken,
      RemoveFromVersionId: current,
    }),
  );
  const client = clientOf(stage, secret, AppConfigClient);
  for (const EnvironmentId of secret.application.environments.keys())
    await client.send(
      new StartDeploymentCommand({
        ApplicationId: secret.application.id,
        EnvironmentId,
        ConfigurationProfileId: secret.profileId,
        ConfigurationVersion: event.ClientRequestToken,
        DeploymentStrategyId: 'AppConfig.AllAtOnce',
      }),
    );
};

export const orderOfTheSample = (): PlantedRotation => ({ rotationFunction: sample, hub: false });

/** A start rests on no look at what the environment has. */
export const blindStarts = (): PlantedRotation => ({
  between: async ({ operation }, proceed) => (operation === 'ListDeployments' ? { Items: [] } : proceed()),
});

/** What was given up for the time being is given up for good. */
export const givenUpForGood = (): PlantedRotation => ({
  around: (store) => ({
    ...store,
    outbox: {
      ...store.outbox,
      put: ({ again: _, ...delivery }, expected) => store.outbox.put(delivery, expected),
    },
  }),
});

/** An error says which value could not be set. */
export const valuesInErrors = (): PlantedRotation => ({
  rotationFunction: async (tools, event, _, { door }) => {
    try {
      await rotateSecret(
        { ...tools, rotator: { ...tools.rotator, generate: async () => '{"password": 1' } },
        event,
      );
    } catch (thrown) {
      throw new Error(`${thrown} instead of ${door.first}`);
    }
  },
});
