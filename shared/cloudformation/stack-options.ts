import { ConfigurationError } from '../configuration/errors.ts';
import type { Configuration } from '../configuration/schema.ts';
import {
  describeKeyRegionMistake,
  getBoundaryArn,
  getStackKeyArn,
  mergeTags,
} from '../configuration/stack-options.ts';

type TemplateValue = Readonly<Record<string, unknown>>;

interface Resource {
  readonly Type: string;
  readonly Properties?: TemplateValue;
}

/**
 * Applies the options under `stacks` to every resource of a template. The template must have pseudo parameters only
 * within `Fn::Sub`. Pure.
 * @param regions the regions in which the template creates queues, log groups or tables
 * @throws ConfigurationError if the configured key cannot be used in one of these regions
 */
export function applyStackOptions(
  template: TemplateValue,
  configuration: Configuration,
  regions: readonly string[] = [],
): TemplateValue {
  const { Resources } = template;
  if (configuration.stacks === undefined || !isRecord(Resources)) return template;
  const message = describeKeyRegionMistake(configuration, regions);
  if (message !== undefined)
    throw new ConfigurationError('the configuration', [{ path: 'stacks.key', message }]);
  const changed = Object.entries(Resources).map(([id, resource]) => [
    id,
    isResource(resource) ? applyToResource(resource, configuration) : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(changed) };
}

const applyToResource = (resource: Resource, configuration: Configuration): Resource =>
  retainLogs(
    addKey(addTags(addBoundary(resource, configuration), configuration), configuration),
    configuration,
  );

const withProperties = (resource: Resource, properties: TemplateValue): Resource => ({
  ...resource,
  Properties: { ...resource.Properties, ...properties },
});

/** A role that already has a permissions boundary keeps it. */
function addBoundary(resource: Resource, configuration: Configuration): Resource {
  const place = { partition: '${AWS::Partition}', accountId: '${AWS::AccountId}' };
  const boundary = getBoundaryArn(configuration, place);
  const isBound = resource.Properties?.PermissionsBoundary !== undefined;
  if (resource.Type !== 'AWS::IAM::Role' || isBound || boundary === undefined) return resource;
  return withProperties(resource, { PermissionsBoundary: { 'Fn::Sub': boundary } });
}

/**
 * Resource types in this project's templates whose tags are a list of keys and values (CloudFormation template
 * reference).
 */
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

/**
 * The properties that set the key of a queue, log group or table, by resource type (CloudFormation template reference).
 */
const keyProperties: Readonly<Record<string, (key: unknown) => TemplateValue>> = {
  'AWS::DynamoDB::Table': (key) => ({
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key },
  }),
  'AWS::Logs::LogGroup': (key) => ({ KmsKeyId: key }),
  'AWS::SQS::Queue': (key) => ({ KmsMasterKeyId: key }),
};

function addKey(resource: Resource, configuration: Configuration): Resource {
  const key = getStackKeyArn(configuration, '${AWS::Region}');
  const properties = keyProperties[resource.Type];
  if (key === undefined || properties === undefined) return resource;
  // SQS uses either a KMS key or a key of its own.
  const { SqsManagedSseEnabled: _, ...rest } = resource.Properties ?? {};
  return {
    ...resource,
    Properties: { ...rest, ...properties(key.includes('${') ? { 'Fn::Sub': key } : key) },
  };
}

function retainLogs(resource: Resource, { stacks }: Configuration): Resource {
  if (resource.Type !== 'AWS::Logs::LogGroup') return resource;
  const days = stacks?.logRetentionDays;
  // If the creation of the stack fails, its log groups are deleted: a second attempt could not create them again.
  const policies = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
  return withProperties(
    { ...resource, ...(stacks?.keepLogs ? policies : {}) },
    days === undefined ? {} : { RetentionInDays: days },
  );
}

const isRecord = (value: unknown): value is TemplateValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isResource = (value: unknown): value is Resource => isRecord(value) && typeof value.Type === 'string';
