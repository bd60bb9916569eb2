import { AppConfigClient, StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { rotateSecret } from '../../shared/secrets/rotation-function/index.ts';
import { findVersion } from '../../simulator/secrets.ts';
import type { FunctionUnderTest } from './secrets/context.ts';
import { clientOf } from './secrets/function.ts';
import type { RotationPlayOptions } from './secrets/play.ts';

/** Code between the project and the world, or in its place, that breaks a promise. */
export type PlantedRotation = Omit<RotationPlayOptions, 'seed'>;

/**
 * The order of AWS's published sample: first the label, then the deployments by the function itself, and nothing if the
 * label is set already.
 */
const sample: FunctionUnderTest = async (tools, event, stage, secret) => {
  if (event.Step !== 'finishSecret') return rotateSecret(tools, event);
  const existing = stage.organization.world.secrets.get(secret.arn);
  const current = existing === undefined ? undefined : findVersion(existing, 'AWSCURRENT')?.id;
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

/** A start does not read the environment first. */
export const blindStarts = (): PlantedRotation => ({
  between: async ({ operation }, proceed) => (operation === 'ListDeployments' ? { Items: [] } : proceed()),
});

/** A suspended delivery is never resumed. */
export const givenUpForGood = (): PlantedRotation => ({
  around: (store) => ({
    ...store,
    outbox: {
      ...store.outbox,
      put: ({ again: _, ...delivery }, expected) => store.outbox.put(delivery, expected),
    },
  }),
});

/** An error contains the value that could not be set. */
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

/** Every requested resource counts as existing. */
export const anyVersionExists = (): PlantedRotation => ({
  between: async ({ operation }, proceed) =>
    operation === 'ListHostedConfigurationVersions'
      ? { Items: Array.from({ length: 1_100 }, (_, index) => ({ VersionNumber: index + 1 })) }
      : proceed(),
});

/** Requests count in the order in which their runs reach the outbox. */
export const wishesAsTheyArrive = (): PlantedRotation => ({
  around: (store) => {
    const arrived = new Map<string, string>();
    const { outbox } = store;
    return {
      ...store,
      outbox: {
        ...outbox,
        put: (delivery, expected) => {
          if (!delivery.source.startsWith('appconfig:')) return outbox.put(delivery, expected);
          const key = `${delivery.id} ${delivery.requestedAt}`;
          const requestedAt = arrived.get(key) ?? new Date().toISOString();
          arrived.set(key, requestedAt).set(`${delivery.id} ${requestedAt}`, requestedAt);
          return outbox.put({ ...delivery, requestedAt }, expected);
        },
      },
    };
  },
});

/** A missing resource counts as temporarily unavailable. */
export const goneForTheMoment = (): PlantedRotation => ({
  between: (_, proceed) =>
    Promise.resolve(proceed()).catch((thrown: unknown) => {
      const isGone = thrown instanceof Error && thrown.name === 'ResourceNotFoundException';
      throw isGone
        ? Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $fault: 'client' })
        : thrown;
    }),
});

/** Failures are not announced. */
export const failuresUntold = (): PlantedRotation => ({
  between: async ({ operation, input }, proceed) => {
    const isFailure =
      operation === 'PutEvents' && JSON.stringify(input).includes('Configuration Deployment Failed');
    return isFailure ? { FailedEntryCount: 0, Entries: [{}] } : proceed();
  },
});

/** Reported problems of a secret are not stored. */
export const troubleForgotten = (): PlantedRotation => ({
  around: (store) => ({
    ...store,
    outbox: {
      ...store.outbox,
      rememberTargets: (arn, { trouble: _, notifiedByRun: __, ...targets }) =>
        store.outbox.rememberTargets(arn, targets),
    },
  }),
});
