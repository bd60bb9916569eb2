import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { packageCopy, packagedTemplate, readArchives } from '../../scripts/packaging/package-copy.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Packages a copy of the project whose functions do nothing, so that bundling them takes no time. */
function packageWith(
  change: (folder: string) => void = () => {},
  configuration = 'tests/deployment/least.yml',
) {
  const packaged = packageCopy(configuration, (folder) => {
    for (const name of readdirSync(join(folder, 'functions')))
      writeFileSync(join(folder, 'functions', name), `export const handler = () => '${name}';\n`);
    change(folder);
  });
  folders.push(packaged.folder);
  return packaged;
}

/** Adds resources to the template as serverless.yml adds its own. */
const adding = (resources: Readonly<Record<string, object>>) => (folder: string) => {
  const file = join(folder, 'serverless.yml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}  - Resources: ${JSON.stringify(resources)}\n`);
};

const topics = (count: number, DisplayName = 'topic') =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `Topic${index}`,
      { Type: 'AWS::SNS::Topic', Properties: { DisplayName } },
    ]),
  );

const readTemplate = (folder: string): string => readFileSync(join(folder, packagedTemplate), 'utf8');

/** The framework gives each package a folder of its own in the bucket, with the time in its name. */
const withoutTime = (template: string): string =>
  template.replaceAll(/\d{13}-\d{4}-\d\d-\d\dT[\d:.]{12}Z/g, 'TIME');

describe('serverless package', () => {
  test('makes the same bytes when it runs again in another folder', () => {
    const [first, second] = [packageWith(), packageWith()];

    expect(first.output).toContain('Service packaged');
    expect(readTemplate(first.folder)).toMatch(/"S3Key": "serverless\/.*\d{13}-.*zip"/);
    expect(withoutTime(readTemplate(second.folder))).toBe(withoutTime(readTemplate(first.folder)));
    expect(readArchives(first.folder).size).toBeGreaterThan(10);
    expect(readArchives(second.folder)).toEqual(readArchives(first.folder));
  }, 240_000);

  test('leaves only the table when the first deployment is rolled back', () => {
    const { Resources }: { Resources: Readonly<Record<string, { readonly DeletionPolicy?: string }>> } =
      JSON.parse(readTemplate(packageWith().folder));
    const left = Object.entries(Resources).filter(
      ([, { DeletionPolicy = 'Delete' }]) => !['Delete', 'RetainExceptOnCreate'].includes(DeletionPolicy),
    );

    // docs/adopting-the-table.md says how to repeat the deployment. Any other resource would need a step there.
    expect(left.map(([id]) => id)).toEqual(['Table']);
  }, 240_000);

  test.each([
    ['500 resources', topics(450), /The template has 5\d\d resources, and CloudFormation accepts 500\./],
    [
      '1 MB',
      topics(40, 'x'.repeat(30_000)),
      /The template has 1,\d{3},\d{3} bytes, and CloudFormation accepts 1,048,576\./,
    ],
  ])(
    'refuses a template of more than %s',
    (_, resources, message) => {
      const { succeeded, output, folder } = packageWith(adding(resources));

      expect(succeeded).toBe(false);
      expect(output).toMatch(message);
      expect(output).toContain('Nothing was deployed. Divide the central accounts among two installations');
      expect(readdirSync(join(folder, '.serverless'))).not.toContain(
        'cloudformation-template-update-stack.json',
      );
    },
    60_000,
  );
});
