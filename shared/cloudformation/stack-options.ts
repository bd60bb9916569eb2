import type { Configuration } from '../configuration/schema.ts';
import { getBoundaryArn, mergeTags } from '../configuration/stack-options.ts';

type TemplateValue = Readonly<Record<string, unknown>>;

interface Resource {
  readonly Type: string;
  readonly Properties?: TemplateValue;
}

/**
 * Applies `stacks` of the configuration to every resource of a template. The template has no pseudo parameters outside
 * `Fn::Sub`. Pure.
 */
export function applyStackOptions(template: TemplateValue, configuration: Configuration): TemplateValue {
  const { Resources } = template;
  if (configuration.stacks === undefined || !isRecord(Resources)) return template;
  const changed = Object.entries(Resources).map(([id, resource]) => [
    id,
    isResource(resource) ? applyToResource(resource, configuration) : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(changed) };
}

const applyToResource = (resource: Resource, configuration: Configuration): Resource =>
  retainLogs(addTags(addBoundary(resource, configuration), configuration), configuration);

const withProperties = (resource: Resource, properties: TemplateValue): Resource => ({
  ...resource,
  Properties: { ...resource.Properties, ...properties },
});

/** A role with a boundary of its own keeps it. */
function addBoundary(resource: Resource, configuration: Configuration): Resource {
  const place = { partition: '${AWS::Partition}', accountId: '${AWS::AccountId}' };
  const boundary = getBoundaryArn(configuration, place);
  const isBound = resource.Properties?.PermissionsBoundary !== undefined;
  if (resource.Type !== 'AWS::IAM::Role' || isBound || boundary === undefined) return resource;
  return withProperties(resource, { PermissionsBoundary: { 'Fn::Sub': boundary } });
}

/** Types of this project's templates that take tags as a list of keys and values (CloudFormation template reference). */
const taggableTypes: readonly string[] = [
  'AWS::AppConfig::Application',
  'AWS::AppConfig::ConfigurationProfile',
  'AWS::AppConfig::Environment',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::Organizations::ResourcePolicy',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::StepFunctions::StateMachine',
];

function addTags(resource: Resource, configuration: Configuration): Resource {
  if (configuration.stacks?.tags === undefined || !taggableTypes.includes(resource.Type)) return resource;
  const tags = Object.entries(mergeTags(readTags(resource.Properties?.Tags), configuration));
  return withProperties(resource, { Tags: tags.map(([Key, Value]) => ({ Key, Value })) });
}

const readTags = (tags: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (Array.isArray(tags) ? tags : []).filter(isRecord).map(({ Key, Value }) => [String(Key), String(Value)]),
  );

function retainLogs(resource: Resource, { stacks }: Configuration): Resource {
  if (resource.Type !== 'AWS::Logs::LogGroup') return resource;
  const days = stacks?.logRetentionDays;
  // After a failed creation the log groups go, because a second attempt could not create them again.
  const policies = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
  return withProperties(
    { ...resource, ...(stacks?.keepLogs ? policies : {}) },
    days === undefined ? {} : { RetentionInDays: days },
  );
}

const isRecord = (value: unknown): value is TemplateValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isResource = (value: unknown): value is Resource => isRecord(value) && typeof value.Type === 'string';
