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
  test('reach every kind of template', () => {
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

  test('keeps the own tags of a resource when a key of the options differs in case only', () => {
    const [web] = resources.filter(({ name }) => name.endsWith('/AppWebRole'));

    expect(web?.properties.Tags).toEqual([
      { Key: 'owner', Value: 'web team' },
      { Key: 'managed-by', Value: 'account-onboarding' },
      { Key: 'account-onboarding:installation', Value: 'options' },
      { Key: 'CostCenter', Value: '4711' },
    ]);
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
