/** The region of Organizations, and so of the stacks for IAM: one region, since IAM is global. */
const homeRegions: Readonly<Record<string, string>> = {
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-northwest-1',
};

export const getHomeRegion = (partition: string): string => homeRegions[partition] ?? 'us-east-1';

/** `cn-north-1` belongs to `aws-cn`. */
export const getPartition = (region: string): string =>
  Object.keys(homeRegions).find((partition) => region.startsWith(`${partition.slice('aws-'.length)}-`)) ??
  'aws';
