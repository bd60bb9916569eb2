import type { ResourcePolicyKind } from '../../shared/iam/applied-policy.ts';

/** Where a rule sends the events that it matches. */
export interface RuleTarget {
  /** ARN of a state machine, function, queue or event bus. */
  readonly arn: string;
  /**
   * The role that EventBridge assumes to reach the target. Absent if the policy of the target admits EventBridge
   * itself.
   */
  readonly roleArn?: string | undefined;
  /** ARN of the queue for events that EventBridge could not deliver. */
  readonly deadLetterArn?: string | undefined;
  /** JSON that the target gets in place of the event. */
  readonly input?: string | undefined;
}

/** A rule on the default bus of an account and region. */
export interface DeployedRule {
  readonly arn: string;
  /** The event pattern. Absent for a schedule. */
  readonly pattern?: unknown;
  /** Whether the rule gets read-only management events of CloudTrail. */
  readonly receivesReadOnly: boolean;
  readonly targets: readonly RuleTarget[];
}

/** A state machine of a stack. */
export interface DeployedMachine {
  readonly arn: string;
  readonly roleArn: string;
  readonly isTraced: boolean;
}

/** Resources of stacks on whose behalf AWS services make calls. */
export interface DeployedState {
  /** By ARN. */
  readonly rules: Map<string, DeployedRule>;
  /** By ARN. */
  readonly machines: Map<string, DeployedMachine>;
  /** Policies of queues, functions and event buses, by the ARN of the resource. */
  readonly policies: Map<string, { readonly kind: ResourcePolicyKind; readonly text: string }>;
  /** ARNs of the customer managed keys of queues, by the ARN of the queue. */
  readonly queueKeys: Map<string, string>;
}

export const createDeployedState = (): DeployedState => ({
  rules: new Map(),
  machines: new Map(),
  policies: new Map(),
  queueKeys: new Map(),
});
