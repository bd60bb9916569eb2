export const partitionNames = ['aws', 'aws-cn', 'aws-us-gov'] as const;

export type PartitionName = (typeof partitionNames)[number];

/** What is different from one AWS partition to another. */
export interface PartitionFacts {
  /** How the names of its regions begin. */
  readonly regionPrefix: string;
  /** The region in which Organizations sends its events. */
  readonly organizationsRegion: string;
  /** The region of IAM's endpoint. */
  readonly iamRegion: string;
  /** The suffix of endpoints, and of some service principals. */
  readonly dnsSuffix: string;
  /** The domain of the hosts `console.…` and `signin.…`, for links to the console and links that switch roles. */
  readonly consoleDomain: string;
  /** Whether Lambda sends traces to X-Ray. */
  readonly tracesFunctions: boolean;
}

/**
 * Sources: AWS General Reference, "AWS Organizations endpoints and quotas", "AWS Identity and Access Management
 * endpoints and quotas"; Organizations user guide, "AWS Organizations and Amazon EventBridge"; AWS GovCloud (US) user
 * guide, "Service endpoints", "AWS Organizations"; Amazon Web Services in China, "Endpoints and ARNs for Amazon Web
 * Services in China"; IAM user guide, "Grant a user permissions to switch roles" (sign-in host of `aws`; the other
 * partitions have their own hosts). Traces: Amazon Web Services in China, "Amazon Lambda": "X-Ray integration with
 * Lambda functions is not available".
 */
const partitions: Readonly<Record<PartitionName, PartitionFacts>> = {
  aws: {
    regionPrefix: '',
    organizationsRegion: 'us-east-1',
    iamRegion: 'us-east-1',
    dnsSuffix: 'amazonaws.com',
    consoleDomain: 'aws.amazon.com',
    tracesFunctions: true,
  },
  'aws-us-gov': {
    regionPrefix: 'us-gov-',
    organizationsRegion: 'us-gov-west-1',
    iamRegion: 'us-gov-west-1',
    dnsSuffix: 'amazonaws.com',
    consoleDomain: 'amazonaws-us-gov.com',
    tracesFunctions: true,
  },
  'aws-cn': {
    regionPrefix: 'cn-',
    organizationsRegion: 'cn-northwest-1',
    iamRegion: 'cn-north-1',
    dnsSuffix: 'amazonaws.com.cn',
    consoleDomain: 'amazonaws.cn',
    tracesFunctions: false,
  },
};

const isPartitionName = (name: string): name is PartitionName => Object.hasOwn(partitions, name);

export const findPartitionFacts = (partition: string): PartitionFacts | undefined =>
  isPartitionName(partition) ? partitions[partition] : undefined;

/** The facts about a partition. An unknown partition gets the facts of `aws`. */
export const getPartitionFacts = (partition: string): PartitionFacts =>
  findPartitionFacts(partition) ?? partitions.aws;

/** The partition of a region: `aws-cn` for `cn-north-1`. */
export const getPartition = (region: string): PartitionName =>
  partitionNames.find((name) => name !== 'aws' && region.startsWith(partitions[name].regionPrefix)) ?? 'aws';
