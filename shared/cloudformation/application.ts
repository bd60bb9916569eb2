import {
  type Application,
  type ApplicationProfile,
  locateApplication,
  resolveKeyArn,
  toLogicalName,
} from '../configuration/applications.ts';
import { installationName } from '../configuration/installation-names.ts';
import { parseSecretArn } from '../platform/aws/secret-arn.ts';
import { createAlarmTopic } from './alarm-topic.ts';
import type { ApplicationRequest } from './application-request.ts';
import { alarmRole, kept, renderReaderResources, renderRetrievalResources } from './application-roles.ts';
import { renderKeyUseResources, watchesKeys } from './key-use.ts';
import { applyStackOptions } from './stack-options.ts';
import type { Template } from './template.ts';

export interface ApplicationTemplate {
  readonly template: Template;
  readonly accountId: string;
  readonly region: string;
}

/**
 * The AppConfig resources for one application of the configuration: the application, its environments and profiles, and
 * roles. AppConfig watches alarms and reads secrets with some of the roles, and readers in other accounts read with
 * another. If a profile has a key of its own, an alarm reports unexpected uses of the key. The template contains no
 * versions: operators create them, and `config-deployment` deploys them. Pure.
 */
export function renderApplicationTemplate(request: ApplicationRequest): ApplicationTemplate {
  const { configuration, application } = request;
  const target = locateApplication(application, configuration) ?? { accountId: '', region: '' };
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${installationName(configuration)}: the application ${application.name} of AppConfig; made by onboarding application-template`,
    ...renderAlarmTopic(request),
    Rules: rules(application, target),
    Resources: {
      Application: applicationResource(request),
      ...Object.fromEntries(
        application.environments.map((each) => [
          `Environment${toLogicalName(each.name)}`,
          environmentResource(each),
        ]),
      ),
      ...(application.environments.some(({ alarms }) => alarms !== undefined)
        ? { AlarmRole: alarmRole }
        : {}),
      ...Object.fromEntries(
        application.profiles.map((each) => [
          `Profile${toLogicalName(each.name)}`,
          profileResource(each, request),
        ]),
      ),
      ...renderRetrievalResources(request),
      ...renderReaderResources(request),
      ...renderKeyUseResources(request),
    },
    Outputs: outputs(application),
  };
  const queueRegions = watchesKeys(application) ? [target.region] : [];
  return { template: applyStackOptions(template, configuration, queueRegions), ...target };
}

/**
 * The parameter and the condition for the SNS topic of alarms. Empty if the template has no alarm, because then nothing
 * would use them.
 */
function renderAlarmTopic({ configuration, application }: ApplicationRequest) {
  if (!watchesKeys(application)) return {};
  const { parameters, conditions } = createAlarmTopic(configuration);
  return { Parameters: parameters, Conditions: conditions };
}

/**
 * Checks that the stack is created in the configured account and region. In any other place, its application would
 * never get a deployment.
 */
const rules = ({ name }: Application, { accountId, region }: { accountId: string; region: string }) => ({
  RightPlace: {
    Assertions: [
      {
        Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] },
        AssertDescription: `The application ${name} must be in ${region}`,
      },
      {
        Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, accountId] },
        AssertDescription: `The application ${name} must be in account ${accountId}`,
      },
    ],
  },
});

const described = (description: string | undefined) =>
  description === undefined ? {} : { Description: description };

const applicationResource = ({
  configuration: { installation },
  application: { name, description },
}: ApplicationRequest) => ({
  Type: 'AWS::AppConfig::Application',
  ...kept,
  Properties: {
    Name: name,
    ...described(description),
    Tags: [
      { Key: 'managed-by', Value: 'account-onboarding' },
      { Key: 'account-onboarding:installation', Value: installation },
    ],
  },
});

const environmentResource = ({ name, description, alarms }: Application['environments'][number]) => ({
  Type: 'AWS::AppConfig::Environment',
  ...kept,
  Properties: {
    ApplicationId: { Ref: 'Application' },
    Name: name,
    ...described(description),
    ...(alarms === undefined
      ? {}
      : {
          Monitors: alarms.map((AlarmArn) => ({
            AlarmArn,
            AlarmRoleArn: { 'Fn::GetAtt': ['AlarmRole', 'Arn'] },
          })),
        }),
  },
});

function profileResource(profile: ApplicationProfile, request: ApplicationRequest) {
  const { name, description, schema, secret, key } = profile;
  const { configuration, application, schemas } = request;
  const partition = '${AWS::Partition}';
  const hostedKey = key === undefined || secret !== undefined ? undefined : key;
  return {
    Type: 'AWS::AppConfig::ConfigurationProfile',
    ...kept,
    Properties: {
      ApplicationId: { Ref: 'Application' },
      Name: name,
      ...described(description),
      Type: 'AWS.Freeform',
      ...(secret === undefined
        ? { LocationUri: 'hosted' }
        : {
            // The location names the secret by its name, the only form that AWS documents (AppConfig user guide,
            // "Creating a configuration profile for a secret stored in Secrets Manager").
            LocationUri: `secretsmanager://${parseSecretArn(secret)?.name ?? secret}`,
            RetrievalRoleArn: { 'Fn::GetAtt': [`RetrievalRole${toLogicalName(name)}`, 'Arn'] },
          }),
      ...(hostedKey === undefined
        ? {}
        : {
            KmsKeyIdentifier: {
              'Fn::Sub': resolveKeyArn(hostedKey, { configuration, application, partition }),
            },
          }),
      ...(schema === undefined
        ? {}
        : { Validators: [{ Type: 'JSON_SCHEMA', Content: schemas.get(schema) ?? '' }] }),
    },
  };
}

/**
 * The ids that operators need: to start a deployment by hand, for `rotation.targets`, and for readers. Also the URL of
 * the queue with events about unexpected uses of a key.
 */
const outputs = ({ environments, profiles, readerRole }: Application) => ({
  ApplicationId: { Value: { Ref: 'Application' } },
  ...Object.fromEntries(
    environments.map(({ name }) => [
      `Environment${toLogicalName(name)}Id`,
      { Value: { 'Fn::GetAtt': [`Environment${toLogicalName(name)}`, 'EnvironmentId'] } },
    ]),
  ),
  ...Object.fromEntries(
    profiles.map(({ name }) => [
      `Profile${toLogicalName(name)}Id`,
      { Value: { 'Fn::GetAtt': [`Profile${toLogicalName(name)}`, 'ConfigurationProfileId'] } },
    ]),
  ),
  ...(readerRole === undefined ? {} : { ReaderRoleArn: { Value: { 'Fn::GetAtt': ['ReaderRole', 'Arn'] } } }),
  ...(profiles.some(({ key }) => key !== undefined)
    ? { UnexpectedKeyUsesQueueUrl: { Value: { Ref: 'UnexpectedKeyUses' } } }
    : {}),
});
