import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { writeTemplates } from '../../scripts/validation/write-templates.ts';
import { deployment, resourcesOf, statementsOf } from '../fixtures/deployment/deployment.ts';

const aws = 'tests/deployment/every-rule.yml';
const govCloud = 'tests/fixtures/partitions/govcloud.yml';
const china = 'tests/fixtures/partitions/china.yml';

/** Templates of central accounts, member accounts, the management account and applications, as JSON. */
async function generate(file: string): Promise<readonly (readonly [string, string])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'partition-'));
  try {
    const written = await writeTemplates(file, folder);
    return written.map(({ path, file: name }) => [name, readFileSync(path, 'utf8')] as const);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each([
  ['aws', aws, 'us-east-1', /(?:cn|us-gov)-\w+-\d/],
  ['aws-us-gov', govCloud, 'us-gov-west-1', /(?:cn|us|eu)-(?!gov)\w+-\d/],
  ['aws-cn', china, 'cn-northwest-1', /(?:us|eu)-\w+-\d/],
])('the partition %s', (partition, file, region, otherRegions) => {
  const everything = async () => [
    ['hub', JSON.stringify((await deployment(file)).resources)] as const,
    ...(await generate(file)),
  ];

  test("deploys the hub to the partition's Organizations region when no option names another region", async () => {
    const { provider } = await deployment(file);
    expect(provider.region).toBe(region);
  }, 60_000);

  test('names no resource and no region of another partition in a template', async () => {
    for (const [name, text] of await everything()) {
      const partitions = [...text.matchAll(/arn:(\$\{AWS::Partition\}|[a-z-]+):/g)].map(([, each]) => each);
      expect([name, partitions.filter((each) => each !== '${AWS::Partition}' && each !== partition)]).toEqual(
        [name, []],
      );
      expect([name, otherRegions.exec(text)?.[0]]).toEqual([name, undefined]);
    }
  }, 60_000);
});

describe('the partition aws-cn', () => {
  test('trusts the service principal of EC2 in China in the roles of applications', async () => {
    const [[, member = ''] = []] = (await generate(china)).filter(([name]) => name.startsWith('member'));
    expect(member).toContain('"ec2.${AWS::URLSuffix}"');
  });

  test('accepts both names of Secrets Manager when AppConfig decrypts a secret', async () => {
    const [[, application = ''] = []] = (await generate(china)).filter(([name]) =>
      name.startsWith('application'),
    );
    expect(application).toContain('secretsmanager.${AWS::Region}.amazonaws.com"');
    expect(application).toContain('secretsmanager.${AWS::Region}.amazonaws.com.cn"');
  });

  test.each([
    [china, false],
    [govCloud, true],
  ])(
    'traces functions only if Lambda can (%s)',
    async (file, traces) => {
      const deployed = await deployment(file);
      const roles = Object.values(deployed.functions).map(({ role }) => role);
      const actions = roles.flatMap((role) => statementsOf(deployed, role)).flatMap((each) => each.actions);

      expect(deployed.provider.tracing).toEqual({ lambda: traces });
      expect(actions.includes('xray:PutTraceSegments')).toBe(traces);
      expect(resourcesOf(deployed, 'AWS::StepFunctions::StateMachine')).toHaveLength(3);
    },
    60_000,
  );
});
