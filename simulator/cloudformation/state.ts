import type {
  Capability,
  DeploymentTargets,
  StackInstanceDetailedStatus,
  StackInstanceStatus,
  StackSetOperationStatus,
  StackStatus,
} from '@aws-sdk/client-cloudformation';

/** One resource that a stack made, and how to take it back. */
export interface StackedResource {
  readonly logicalId: string;
  readonly type: string;
  /** As the template has them, with its functions worked out. */
  readonly properties: object;
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

export interface SimulatedStack {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: Date;
  /** In the order in which they were made. */
  resources: readonly StackedResource[];
  outputs: Readonly<Record<string, string>>;
  status: StackStatus;
  statusReason: string | undefined;
}

export interface StackInstance {
  readonly accountId: string;
  readonly region: string;
  /** The target OU that the account is in. */
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
  /** New accounts of the target OUs get an instance. */
  automatic: boolean;
  /** An account that leaves keeps the resources. */
  retainStacks: boolean;
  /** OUs or the root. Automatic deployment knows nothing else of a deployment. */
  readonly targetIds: Set<string>;
  readonly regions: Set<string>;
  /** The accounts of the target OUs, as automatic deployment saw them last. */
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

/** What a stack set does later: to its instance in one account and region. */
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
  /** Ordered by the time that it is due. */
  readonly pending: PendingWork[];
  /** Accounts in which the next deployments fail, each with the reason. */
  readonly failures: Map<string, string>;
  /** Automatic deployment listens to the events of the organization. */
  isListening: boolean;
  /** How long a deployment to one account takes, in milliseconds. */
  deploymentTime: number;
}

export const createCloudFormationState = (): CloudFormationState => ({
  stackSets: new Map(),
  stacks: new Map(),
  pending: [],
  failures: new Map(),
  isListening: false,
  deploymentTime: 3 * 60_000,
});
