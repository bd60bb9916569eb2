import type {
  DeploymentEvent,
  GetDeploymentCommandInput,
  GetDeploymentCommandOutput,
  ListDeploymentsCommandInput,
  ListDeploymentsCommandOutput,
  StartDeploymentCommandInput,
  StartDeploymentCommandOutput,
  StopDeploymentCommandInput,
  StopDeploymentCommandOutput,
} from '@aws-sdk/client-appconfig';
import { getCompletionTime, getPercentage, getPhase, isAlarmed, isRunning } from '../app-config-progress.ts';
import type { SimulatedApplication, SimulatedDeployment, SimulatedEnvironment } from '../app-config-state.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import {
  authorize,
  createNotFoundError,
  findApplication,
  findEnvironment,
  findProfile,
} from './app-config-access.ts';
import { retrieveContent } from './app-config-content.ts';
import { useDeploymentKey } from './kms-keys.ts';

interface Place {
  readonly application: SimulatedApplication;
  readonly environment: SimulatedEnvironment;
}

type PlaceInput = { readonly ApplicationId: string | undefined; readonly EnvironmentId: string | undefined };

/** Deployments. Source: AppConfig API reference, "StartDeployment" and the operations after it. */
export const appConfigDeployments: ServiceOperations = {
  StartDeployment: defineOperation<StartDeploymentCommandInput, StartDeploymentCommandOutput>((call) => {
    const { world, input } = call;
    const location = placeOf(call);
    const profile = findProfile(location.application, input.ConfigurationProfileId);
    const strategy = strategyOf(call);
    authorizeStart(call, location, profile.id, strategy.id);
    authorizeTags(call, location);
    expectFree(call, location.environment);
    const version = input.ConfigurationVersion ?? '';
    const content = retrieveContent(call, { profile, version, kmsKey: input.KmsKeyIdentifier });
    const startedAt = world.settings.clock.now();
    const deployment: SimulatedDeployment = {
      number: location.environment.deployments.length + 1,
      profile,
      version,
      strategy,
      description: input.Description,
      tags: { ...(input.Tags as Record<string, string> | undefined) },
      kmsKeyArn: input.KmsKeyIdentifier,
      content,
      startedAt,
      undone: isAlarmed(world.appConfig, location.environment)
        ? { state: 'ROLLED_BACK', at: startedAt, by: 'CLOUDWATCH_ALARM' }
        : undefined,
    };
    expectKeyUse(call, location, deployment);
    location.environment.deployments.push(deployment);
    return detailed(call, location, deployment);
  }),

  GetDeployment: defineOperation<GetDeploymentCommandInput, GetDeploymentCommandOutput>((call) => {
    const location = placeOf(call);
    const deployment = deploymentOf(call, location, 'appconfig:GetDeployment');
    return detailed(call, location, deployment);
  }),

  /** Lists the newest deployment first. */
  ListDeployments: defineOperation<ListDeploymentsCommandInput, ListDeploymentsCommandOutput>((call) => {
    const { application, environment } = placeOf(call);
    authorize(call, 'appconfig:ListDeployments', [application.arn, environmentArn(application, environment)]);
    const { NextToken, MaxResults = 50 } = call.input;
    const listing = `deployments of ${environment.id}`;
    const newest = environment.deployments.toReversed();
    const { items, next } = getPage(listing, newest, NextToken, Math.min(MaxResults, 50));
    return {
      Items: items.map((each) => summary(call, each)),
      ...(next === undefined ? {} : { NextToken: next }),
    };
  }),

  StopDeployment: defineOperation<StopDeploymentCommandInput, StopDeploymentCommandOutput>((call) => {
    const location = placeOf(call);
    const deployment = deploymentOf(call, location, 'appconfig:StopDeployment');
    const now = call.world.settings.clock.now();
    const complete = getPhase(deployment, now) === 'COMPLETE';
    if (!isRunning(deployment, now) && !(complete && call.input.AllowRevert === true))
      throw createAwsError('BadRequestException', 'Deployment is not in a state in which it can be stopped');
    if (complete && now > getCompletionTime(deployment) + 72 * 3_600_000)
      throw createAwsError('BadRequestException', 'Deployments can be reverted for 72 hours');
    deployment.undone = { state: complete ? 'REVERTED' : 'ROLLED_BACK', at: now, by: 'USER' };
    return detailed(call, location, deployment);
  }),
};

function placeOf(call: ServiceCall<PlaceInput>): Place {
  const application = findApplication(call, call.input.ApplicationId);
  return { application, environment: findEnvironment(application, call.input.EnvironmentId) };
}

function strategyOf({ world, caller, region, input }: ServiceCall<StartDeploymentCommandInput>) {
  const strategy = world.appConfig.strategies.get(input.DeploymentStrategyId ?? '');
  const own = (strategy?.accountId ?? caller.accountId) === caller.accountId;
  if (strategy === undefined || !own || (strategy.region ?? region) !== region)
    throw createNotFoundError('DeploymentStrategy', input.DeploymentStrategyId);
  return strategy;
}

const environmentArn = ({ arn }: SimulatedApplication, { id }: SimulatedEnvironment): string =>
  `${arn}/environment/${id}`;

function authorizeStart(
  call: ServiceCall<object>,
  { application, environment }: Place,
  profileId: string,
  strategyId: string,
): void {
  const prefix = application.arn.replace(/application\/.*$/, '');
  authorize(call, 'appconfig:StartDeployment', [
    application.arn,
    environmentArn(application, environment),
    `${application.arn}/configurationprofile/${profileId}`,
    `${prefix}deploymentstrategy/${strategyId}`,
  ]);
}

/**
 * Requires the permission to tag, if a new deployment has tags ("Actions, resources, and condition keys for AWS
 * AppConfig").
 */
function authorizeTags(
  call: ServiceCall<StartDeploymentCommandInput>,
  { application, environment }: Place,
): void {
  if (Object.keys(call.input.Tags ?? {}).length === 0) return;
  const number = environment.deployments.length + 1;
  const arn = `${environmentArn(application, environment)}/deployment/${number}`;
  authorize(call, 'appconfig:TagResource', [arn]);
}

/**
 * Checks that no other deployment of the environment is in progress. If the caller sends `LatestDeploymentNumber`,
 * AppConfig rejects the start when the number is not the latest.
 */
function expectFree(
  { world, input }: ServiceCall<StartDeploymentCommandInput>,
  { id, deployments }: SimulatedEnvironment,
): void {
  const latest = deployments.at(-1);
  if (latest !== undefined && isRunning(latest, world.settings.clock.now()))
    throw createAwsError(
      'ConflictException',
      `A deployment of environment ${id} is in progress already`,
      409,
    );
  const expected = input.LatestDeploymentNumber;
  if (expected !== undefined && expected !== deployments.length)
    throw createAwsError('ConflictException', `The latest deployment of ${id} has another number`, 409);
}

/** Source: AppConfig user guide, "Deploying a configuration": the caller of StartDeployment needs the data key. */
function expectKeyUse(
  call: ServiceCall<object>,
  { application, environment }: Place,
  of: SimulatedDeployment,
) {
  if (of.kmsKeyArn === undefined) return;
  useDeploymentKey(call, {
    keyArn: of.kmsKeyArn,
    action: 'kms:GenerateDataKey',
    deploymentArn: getDeploymentArn(application, environment, of.number),
  });
}

export const getDeploymentArn = (
  application: SimulatedApplication,
  environment: SimulatedEnvironment,
  number: number,
): string => `${environmentArn(application, environment)}/deployment/${number}`;

function deploymentOf(
  call: ServiceCall<{ readonly DeploymentNumber: number | undefined }>,
  { application, environment }: Place,
  action: string,
): SimulatedDeployment {
  const number = call.input.DeploymentNumber ?? 0;
  const arn = environmentArn(application, environment);
  authorize(call, action, [application.arn, arn, `${arn}/deployment/${number}`]);
  const deployment = environment.deployments[number - 1];
  if (deployment === undefined) throw createNotFoundError('Deployment', number);
  return deployment;
}

function summary({ world }: ServiceCall<object>, deployment: SimulatedDeployment) {
  const now = world.settings.clock.now();
  const { number, profile, version, strategy, startedAt } = deployment;
  const State = getPhase(deployment, now);
  return {
    DeploymentNumber: number,
    ConfigurationName: profile.name,
    ConfigurationVersion: version,
    DeploymentDurationInMinutes: strategy.durationMinutes,
    FinalBakeTimeInMinutes: strategy.bakeMinutes,
    GrowthType: strategy.growthType,
    GrowthFactor: strategy.growthFactor,
    State,
    PercentageComplete: getPercentage(deployment, now),
    StartedAt: new Date(startedAt),
    ...(State === 'COMPLETE' ? { CompletedAt: new Date(getCompletionTime(deployment)) } : {}),
  };
}

const detailed = (
  call: ServiceCall<object>,
  { application, environment }: Place,
  deployment: SimulatedDeployment,
) => ({
  ...summary(call, deployment),
  ApplicationId: application.id,
  EnvironmentId: environment.id,
  DeploymentStrategyId: deployment.strategy.id,
  ConfigurationProfileId: deployment.profile.id,
  ConfigurationLocationUri: deployment.profile.locationUri,
  EventLog: listEvents(deployment),
  ...(deployment.description === undefined ? {} : { Description: deployment.description }),
  ...(deployment.kmsKeyArn === undefined ? {} : { KmsKeyIdentifier: deployment.kmsKeyArn }),
});

/**
 * Lists the newest event first. It has only the events that stopped or rolled back a deployment (AppConfig API
 * reference, "DeploymentEvent").
 */
function listEvents({ undone }: SimulatedDeployment): DeploymentEvent[] {
  if (undone === undefined) return [];
  const EventType = undone.state === 'REVERTED' ? 'REVERT_COMPLETED' : 'ROLLBACK_STARTED';
  return [{ EventType, TriggeredBy: undone.by, OccurredAt: new Date(undone.at) }];
}
