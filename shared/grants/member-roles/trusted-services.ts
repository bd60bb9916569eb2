/** How a service assumes a role that an application uses. */
interface TrustedService {
  /** The actions with which the service gets the role. Default: only `sts:AssumeRole`. */
  readonly actions?: readonly string[];
  /**
   * Set if the service sends `aws:SourceAccount` when it assumes the role, so that a condition can test it. Absent if
   * AWS does not document it.
   */
  readonly sendsSourceAccount?: true;
  /**
   * Set if the name of the service principal ends in the DNS suffix of the partition. Default: it ends in
   * `amazonaws.com` in every partition.
   */
  readonly hasPartitionSuffix?: true;
}

/**
 * Services that assume roles for applications, by the first part of their principal.
 *
 * Sources of the trust policies: "IAM roles for Amazon EC2"; Lambda, "Defining Lambda function permissions with an
 * execution role"; "Amazon ECS task IAM role", "Amazon ECS task execution IAM role"; "How App Runner works with IAM";
 * CodeDeploy, "Create a service role for CodeDeploy"; CodeBuild, "Cross-service confused deputy prevention"; "Creating
 * an IAM role for your state machine in Step Functions"; "Setting up Amazon EventBridge Scheduler"; EKS, "EKS Pod
 * Identities"; "Create an IAM role for AWS Glue"; "How to use SageMaker AI execution roles"; Systems Manager, "Create
 * the IAM service role required for hybrid activations". Source of the suffix of EC2's principal: Amazon Web Services
 * in China, "Amazon EC2".
 */
const trustedServices: Readonly<Record<string, TrustedService>> = {
  ec2: { hasPartitionSuffix: true },
  lambda: {},
  'ecs-tasks': { sendsSourceAccount: true },
  'tasks.apprunner': {},
  'build.apprunner': {},
  codedeploy: {},
  codebuild: { sendsSourceAccount: true },
  states: { sendsSourceAccount: true },
  scheduler: { sendsSourceAccount: true },
  'pods.eks': { actions: ['sts:AssumeRole', 'sts:TagSession'] },
  glue: {},
  sagemaker: {},
  ssm: { sendsSourceAccount: true },
};

export const trustedServiceNames: readonly string[] = Object.keys(trustedServices);

/** The only service that gives a role to an application through an instance profile. */
export const instanceProfileService = 'ec2';

export interface ServiceTrust {
  readonly principal: string;
  readonly actions: readonly string[];
  readonly sendsSourceAccount: boolean;
}

/** @param suffix the DNS suffix of the partition, such as `amazonaws.com` */
export function getServiceTrust(service: string, suffix: string): ServiceTrust {
  const {
    actions = ['sts:AssumeRole'],
    sendsSourceAccount = false,
    hasPartitionSuffix = false,
  } = trustedServices[service] ?? {};
  const principal = `${service}.${hasPartitionSuffix ? suffix : 'amazonaws.com'}`;
  return { principal, actions, sendsSourceAccount };
}
