import { describe, expect, test } from '@jest/globals';
import { deployment } from '../fixtures/deployment/deployment.ts';

describe.each([
  ['aws', 'least', 'us-east-1'],
  ['aws-us-gov', 'govcloud', 'us-gov-west-1'],
  ['aws-cn', 'china', 'cn-northwest-1'],
])('the hub in the partition %s', (partition, file, region) => {
  test("deploys the hub to the partition's Organizations region when no option names another region", async () => {
    const { provider } = await deployment(`tests/deployment/${file}.yml`);
    expect(provider.region).toBe(region);
  }, 60_000);

  test('names no resources of other partitions', async () => {
    const { resources } = await deployment(`tests/deployment/${file}.yml`);
    const arns = JSON.stringify(resources).match(/arn:(?:\$\{AWS::Partition\}|[^:]+):/g) ?? [];
    expect(
      [...new Set(arns)].filter((arn) => ![`arn:${partition}:`, 'arn:${AWS::Partition}:'].includes(arn)),
    ).toEqual([]);
  }, 60_000);
});
