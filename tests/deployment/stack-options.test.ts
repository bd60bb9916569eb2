import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { packageCopy, packagedTemplate } from '../../scripts/packaging/package-copy.ts';
import { writeTemplates } from '../../scripts/validation/write-templates.ts';

const configuration = 'tests/fixtures/deployment/stack-options.yml';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

interface Placed {
  /** `hub/PlanChangesRole` */
  readonly name: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const readResources = (place: string, path: string): readonly Placed[] =>
  Object.entries(templateSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).Resources).map(
    ([id, resource]) => ({
      name: `${place}/${id}`,
      type: resource.Type,
      properties: resource.Properties,
      resource,
    }),
  );

/** The packaged hub, whose functions do nothing here. */
function packageHub(): readonly Placed[] {
  const { folder, succeeded, output } = packageCopy(configuration, (copy) => {
    for (const name of readdirSync(join(copy, 'functions')))
      writeFileSync(join(copy, 'functions', name), 'export const handler = () => undefined;\n');
  });
  folders.push(folder);
  if (!succeeded) throw new Error(output);
  return readResources('hub', join(folder, packagedTemplate));
}

async function generate(): Promise<readonly Placed[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stack-options-'));
  folders.push(folder);
  const written = await writeTemplates(configuration, folder);
  return written.flatMap(({ path, file }) => readResources(file.replace(/ \(.*/, ''), path));
}

const replica = 'arn:aws:kms:${AWS::Region}:111111111111:key/mrk-1234abcd12ab34cd56ef1234567890ab';

/** Resources of all stacks. */
let resources: readonly Placed[] = [];
beforeAll(async () => {
  resources = [...packageHub(), ...(await generate())];
}, 240_000);

/** Types for which CloudFormation knows no tags. */
const withoutTags = [
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ManagedPolicy',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
];

const ofType = (type: string) => resources.filter((each) => each.type === type);

const namesOf = (placed: readonly Placed[]) => placed.map(({ name }) => name);

describe('options of stacks', () => {
  test('applies the options to every kind of template', () => {
    const places = new Set(resources.map(({ name }) => name.split(/[ /]/)[0]));
    expect([...places].toSorted()).toEqual(['application', 'hub', 'management', 'member', 'spoke']);
  });

  test('bounds every role when the configuration names a boundary', () => {
    const boundary = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/security/Boundary' };
    const roles = ofType('AWS::IAM::Role');
    const unbound = roles.filter(
      ({ properties }) => JSON.stringify(properties.PermissionsBoundary) !== JSON.stringify(boundary),
    );

    expect(roles.length).toBeGreaterThan(30);
    expect(namesOf(unbound)).toEqual([expect.stringMatching(/^member template .*\/AppBoundRole$/)]);
  });

  test('tags every resource that takes tags when the configuration has tags', () => {
    const taggable = resources.filter(({ type }) => !withoutTags.includes(type));
    const untagged = taggable.filter(
      ({ properties }) =>
        !JSON.stringify(properties.Tags ?? []).includes('{"Key":"CostCenter","Value":"4711"}'),
    );

    expect(taggable.length).toBeGreaterThan(100);
    expect(namesOf(untagged)).toEqual([]);
  });

  test('keeps the tag of a resource when a configured tag differs from it only in letter case', () => {
    const [web] = resources.filter(({ name }) => name.endsWith('/AppWebRole'));

    expect(web?.properties.Tags).toEqual([
      { Key: 'owner', Value: 'web team' },
      { Key: 'managed-by', Value: 'account-onboarding' },
      { Key: 'account-onboarding:installation', Value: 'options' },
      { Key: 'CostCenter', Value: '4711' },
    ]);
  });

  test('encrypts every data store with the key in its region when the configuration names a key', () => {
    const stores = resources.filter(({ type }) =>
      ['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue'].includes(type),
    );
    const keys = stores.map(({ properties }) => ({
      key:
        properties.KmsKeyId ??
        properties.KmsMasterKeyId ??
        z.object({ KMSMasterKeyId: z.unknown() }).parse(properties.SSESpecification).KMSMasterKeyId,
      own: properties.SqsManagedSseEnabled,
    }));

    expect(stores.length).toBeGreaterThan(25);
    expect(new Set(keys.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ key: { 'Fn::Sub': replica } })]),
    );
  });

  test('lets functions use the key through the services that they call when the configuration names a key', () => {
    const roles = ofType('AWS::IAM::Role').filter(({ properties }) =>
      JSON.stringify(properties.AssumeRolePolicyDocument).includes('lambda.amazonaws.com'),
    );
    const hub = roles.filter(({ name }) => name.startsWith('hub/'));
    const uses = (service: string) =>
      hub.filter(({ properties }) =>
        JSON.stringify(properties.Policies).includes(
          `"kms:ViaService":{"Fn::Sub":"${service}.\${AWS::Region}.\${AWS::URLSuffix}"}`,
        ),
      );

    expect(namesOf(uses('dynamodb'))).toEqual(namesOf(hub));
    expect(namesOf(uses('sqs'))).toEqual(['hub/RecordFailedExecutionRole']);
  });

  test('keeps every log for the configured days and after the deletion of its stack', () => {
    const logs = ofType('AWS::Logs::LogGroup').map(({ properties, resource }) => [
      properties.RetentionInDays,
      resource.DeletionPolicy,
      resource.UpdateReplacePolicy,
    ]);

    expect(logs.length).toBeGreaterThan(20);
    expect(new Set(logs.map(String))).toEqual(new Set(['731,RetainExceptOnCreate,Retain']));
  });
});
