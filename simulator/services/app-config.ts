import type {
  CreateHostedConfigurationVersionCommandInput,
  CreateHostedConfigurationVersionCommandOutput,
  GetConfigurationProfileCommandInput,
  GetConfigurationProfileCommandOutput,
  ListApplicationsCommandInput,
  ListApplicationsCommandOutput,
  ListConfigurationProfilesCommandInput,
  ListConfigurationProfilesCommandOutput,
  ListDeploymentStrategiesCommandInput,
  ListDeploymentStrategiesCommandOutput,
  ListEnvironmentsCommandInput,
  ListEnvironmentsCommandOutput,
  ListHostedConfigurationVersionsCommandInput,
  ListHostedConfigurationVersionsCommandOutput,
} from '@aws-sdk/client-appconfig';
import type { SimulatedApplication, SimulatedProfile } from '../app-config-state.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import { authorize, findApplication, findProfile } from './app-config-access.ts';
import { expectHostedKey } from './app-config-content.ts';
import { appConfigDeployments } from './app-config-deployments.ts';

/** AWS AppConfig: applications, versions and deployments. Source: AppConfig API reference. */
export const appConfig: ServiceOperations = {
  ...appConfigDeployments,

  ListApplications: defineOperation<ListApplicationsCommandInput, ListApplicationsCommandOutput>((call) => {
    authorize(call, 'appconfig:ListApplications', ['*']);
    const own = [...call.world.appConfig.applications.values()].filter(
      ({ accountId, region }) => accountId === call.caller.accountId && region === call.region,
    );
    return paged(call, 'applications', own, ({ id, name }) => ({ Id: id, Name: name }));
  }),

  ListEnvironments: defineOperation<ListEnvironmentsCommandInput, ListEnvironmentsCommandOutput>((call) => {
    const application = authorizedApplication(call, 'appconfig:ListEnvironments');
    return paged(
      call,
      `environments of ${application.id}`,
      [...application.environments.values()],
      (each) => ({
        ApplicationId: application.id,
        Id: each.id,
        Name: each.name,
        Monitors: each.monitors.map((AlarmArn) => ({ AlarmArn })),
      }),
    );
  }),

  ListConfigurationProfiles: defineOperation<
    ListConfigurationProfilesCommandInput,
    ListConfigurationProfilesCommandOutput
  >((call) => {
    const application = authorizedApplication(call, 'appconfig:ListConfigurationProfiles');
    const profiles = [...application.profiles.values()];
    return paged(call, `profiles of ${application.id}`, profiles, (each) => summary(application, each));
  }),

  GetConfigurationProfile: defineOperation<
    GetConfigurationProfileCommandInput,
    GetConfigurationProfileCommandOutput
  >((call) => {
    const application = findApplication(call, call.input.ApplicationId);
    const profile = findProfile(application, call.input.ConfigurationProfileId);
    authorize(call, 'appconfig:GetConfigurationProfile', [
      application.arn,
      `${application.arn}/configurationprofile/${profile.id}`,
    ]);
    const role = profile.retrievalRoleArn;
    return { ...summary(application, profile), ...(role === undefined ? {} : { RetrievalRoleArn: role }) };
  }),

  CreateHostedConfigurationVersion: defineOperation<
    CreateHostedConfigurationVersionCommandInput,
    CreateHostedConfigurationVersionCommandOutput
  >((call) => {
    const { ApplicationId, ConfigurationProfileId, Content, ContentType = '', VersionLabel } = call.input;
    const application = findApplication(call, ApplicationId);
    const profile = findProfile(application, ConfigurationProfileId);
    authorize(call, 'appconfig:CreateHostedConfigurationVersion', [
      application.arn,
      `${application.arn}/configurationprofile/${profile.id}`,
    ]);
    if (profile.locationUri !== 'hosted')
      throw createAwsError('BadRequestException', 'The configuration profile is not hosted by AppConfig');
    const content = text(Content);
    expectNewVersion(profile, content, VersionLabel);
    expectHostedKey(call, profile, 'kms:GenerateDataKey');
    const label = VersionLabel === undefined ? {} : { label: VersionLabel };
    profile.versions.push({ content, contentType: ContentType, ...label });
    return {
      ApplicationId: application.id,
      ConfigurationProfileId: profile.id,
      VersionNumber: profile.versions.length,
      ContentType,
      ...toVersionFields(profile, label),
    };
  }),

  /** Lists the newest version first, although AppConfig does not promise an order. Values are omitted. */
  ListHostedConfigurationVersions: defineOperation<
    ListHostedConfigurationVersionsCommandInput,
    ListHostedConfigurationVersionsCommandOutput
  >((call) => {
    const application = findApplication(call, call.input.ApplicationId);
    const profile = findProfile(application, call.input.ConfigurationProfileId);
    authorize(call, 'appconfig:ListHostedConfigurationVersions', [
      application.arn,
      `${application.arn}/configurationprofile/${profile.id}`,
    ]);
    const newest = profile.versions.map((version, index) => ({ version, number: index + 1 })).toReversed();
    return paged(
      call,
      `versions of ${profile.id}`,
      newest,
      ({ version: { contentType, label }, number }) => ({
        ApplicationId: application.id,
        ConfigurationProfileId: profile.id,
        VersionNumber: number,
        ContentType: contentType,
        ...toVersionFields(profile, label === undefined ? {} : { label }),
      }),
    );
  }),

  ListDeploymentStrategies: defineOperation<
    ListDeploymentStrategiesCommandInput,
    ListDeploymentStrategiesCommandOutput
  >((call) => {
    authorize(call, 'appconfig:ListDeploymentStrategies', ['*']);
    const strategies = [...call.world.appConfig.strategies.values()].filter(
      ({ accountId = call.caller.accountId, region = call.region }) =>
        accountId === call.caller.accountId && region === call.region,
    );
    return paged(call, 'strategies', strategies, (each) => ({
      Id: each.id,
      Name: each.name,
      DeploymentDurationInMinutes: each.durationMinutes,
      FinalBakeTimeInMinutes: each.bakeMinutes,
      GrowthType: each.growthType,
      GrowthFactor: each.growthFactor,
    }));
  }),
};

/**
 * Checks the label and the size of a new version by the rules of CreateHostedConfigurationVersion (AppConfig API
 * reference).
 */
function expectNewVersion({ versions }: SimulatedProfile, content: string, label: string | undefined): void {
  const size = Buffer.byteLength(content);
  if (size > maxContentBytes)
    throw Object.assign(createAwsError('PayloadTooLargeException', 'The configuration is too large', 413), {
      Measure: 'KILOBYTES',
      Limit: maxContentBytes / 1_024,
      Size: size / 1_024,
    });
  if (label !== undefined && /^\d*$/.test(label))
    throw createAwsError(
      'BadRequestException',
      'VersionLabel must contain at least one non-numeric character',
    );
  if (label !== undefined && versions.some((each) => each.label === label))
    throw createAwsError('ConflictException', `A version with the label ${label} exists`, 409);
}

/** CloudFormation user guide, "AWS::AppConfig::HostedConfigurationVersion": 1 MB. The quota can be raised. */
const maxContentBytes = 1_024 * 1_024;

const toVersionFields = ({ kmsKeyArn }: SimulatedProfile, { label }: { readonly label?: string }) => ({
  ...(label === undefined ? {} : { VersionLabel: label }),
  ...(kmsKeyArn === undefined ? {} : { KmsKeyArn: kmsKeyArn }),
});

function authorizedApplication(
  call: ServiceCall<{ readonly ApplicationId: string | undefined }>,
  action: string,
): SimulatedApplication {
  const application = findApplication(call, call.input.ApplicationId);
  authorize(call, action, [application.arn]);
  return application;
}

const summary = ({ id }: SimulatedApplication, profile: SimulatedProfile) => ({
  ApplicationId: id,
  Id: profile.id,
  Name: profile.name,
  LocationUri: profile.locationUri,
  Type: 'AWS.Freeform',
});

const text = (content: unknown): string =>
  content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : String(content ?? '');

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** One page of a listing. It has at most 50 entries. */
function paged<T, Item>(
  { input: { NextToken, MaxResults = 50 } }: ServiceCall<PageInput>,
  listing: string,
  all: readonly T[],
  item: (each: T) => Item,
): { readonly Items: Item[]; readonly NextToken?: string } {
  const { items, next } = getPage(listing, all, NextToken, Math.min(MaxResults, 50));
  return { Items: items.map(item), ...(next === undefined ? {} : { NextToken: next }) };
}
