import { describe, expect, it } from '@jest/globals';
import { getPartition, getPartitionFacts } from '../../shared/platform/partitions.ts';

describe('the facts of partitions', () => {
  it.each([
    ['aws', 'us-east-1', 'us-east-1', 'amazonaws.com'],
    ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1', 'amazonaws.com'],
    ['aws-cn', 'cn-northwest-1', 'cn-north-1', 'amazonaws.com.cn'],
  ])(
    'returns the regions and the DNS suffix of the partition %s',
    (partition, organizationsRegion, iamRegion, dnsSuffix) => {
      expect(getPartitionFacts(partition)).toMatchObject({ organizationsRegion, iamRegion, dnsSuffix });
    },
  );

  it.each([
    ['us-east-1', 'aws'],
    ['us-gov-east-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
  ])('finds the partition of the region %s', (region, partition) =>
    expect(getPartition(region)).toBe(partition),
  );

  it('has regions of its own partition for Organizations and IAM', () => {
    for (const partition of ['aws', 'aws-us-gov', 'aws-cn']) {
      const { organizationsRegion, iamRegion } = getPartitionFacts(partition);
      expect([organizationsRegion, iamRegion].map(getPartition)).toEqual([partition, partition]);
    }
  });
});
