import type {
  Capability,
  DeploymentTargets,
  StackInstanceDetailedStatus,
  StackInstanceStatus,
  StackSetOperationStatus,
  StackStatus,
} from '@aws-sdk/client-cloudformation';

/** One resource of a stack, and its removal. */
export interface StackedResource {
  readonly logicalId: string;
  readonly type: string;
  /** The properties of the resource in the template, with functions evaluated. */
  readonly properties: object;
  /** The value of `Ref`. */
  readonly physicalId: string;
  /** The values of `Fn::GetAtt`, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

export interface SimulatedStack {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: Date;
  /** In the order of creation. */
  resources: readonly StackedResource[];
  outputs: Readonly<Record<string, string>>;
  status: StackStatus;
  statusReason: string | undefined;
}

export interface StackInstance {
  readonly accountId: string;
  readonly region: string;
  /** The target OU of the account. */
  ouId: string;
  status: StackInstanceStatus;
  detailedStatus: StackInstanceDetailedStatus;
  statusReason: string | undefined;
  stackId: string | undefined;
}

export interface SimulatedStackSet {
  readonly id: string;
  readonly name: string;
  description: string | undefined;
  templateBody: string;
  parameters: Readonly<Record<string, string>>;
  capabilities: readonly Capability[];
  /** Whether new accounts of the target OUs get an instance. */
  automatic: boolean;
  /** Whether an account that leaves the target OUs keeps the resources. */
  retainStacks: boolean;
  /**
   * Ids of the target OUs, or of the root. Automatic deployment ignores account filters, so only these ids are stored.
   */
  readonly targetIds: Set<string>;
  readonly regions: Set<string>;
  /**
   * The accounts in the target OUs when automatic deployment last ran. The difference shows which accounts have come or
   * left.
   */
  members: ReadonlySet<string>;
  /** By `<account id>/<region>`. */
  readonly instances: Map<string, StackInstance>;
  readonly operations: Map<string, SimulatedOperation>;
}

export interface SimulatedOperation {
  readonly id: string;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly startedAt: Date;
  readonly targets: DeploymentTargets | undefined;
  endedAt: Date | undefined;
  hasFailed: boolean;
  status: StackSetOperationStatus;
}

/** A deployment that has to be done later: one StackSet in one account and region. */
export interface PendingWork {
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly stackSet: SimulatedStackSet;
  readonly operation: SimulatedOperation;
  readonly instance: StackInstance;
  readonly act: 'deploy' | 'remove' | 'retain';
}

export interface CloudFormationState {
  /** By name. */
  readonly stackSets: Map<string, SimulatedStackSet>;
  /** By id. */
  readonly stacks: Map<string, SimulatedStack>;
  /** Ordered by due time. */
  readonly pending: PendingWork[];
  /** Accounts in which the next deployments must fail, each with the reason. A test sets them. */
  readonly failures: Map<string, string>;
  /** Whether StackSets may reach the accounts of the organization. */
  hasTrustedAccess: boolean;
  /** Whether events of the organization already start automatic deployment. */
  isListening: boolean;
  /** How long a deployment to one account takes, in milliseconds. */
  deploymentTime: number;
}

export const createCloudFormationState = (): CloudFormationState => ({
  stackSets: new Map(),
  stacks: new Map(),
  pending: [],
  failures: new Map(),
  hasTrustedAccess: true,
  isListening: false,
  deploymentTime: 3 * 60_000,
});
