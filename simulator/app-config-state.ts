import type { Tags } from './simulated-resources.ts';

/** AWS AppConfig in memory: applications with their environments and profiles, strategies, alarms and sessions. */
export interface AppConfigState {
  /** By id. */
  readonly applications: Map<string, SimulatedApplication>;
  readonly strategies: Map<string, SimulatedStrategy>;
  /** ARNs of the CloudWatch alarms that are in ALARM. */
  readonly alarms: Set<string>;
  /** Sessions, by the token that the next call must send. */
  readonly sessions: Map<string, ConfigurationSession>;
}

export interface SimulatedApplication {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly arn: string;
  /** By id. */
  readonly environments: Map<string, SimulatedEnvironment>;
  readonly profiles: Map<string, SimulatedProfile>;
}

export interface SimulatedEnvironment {
  readonly id: string;
  readonly name: string;
  /** ARNs of the alarms that roll a deployment back. */
  readonly monitors: readonly string[];
  /** The first has number 1. */
  readonly deployments: SimulatedDeployment[];
}

export interface SimulatedProfile {
  readonly id: string;
  readonly name: string;
  /** `hosted`, or `secretsmanager://<name>`. */
  readonly locationUri: string;
  readonly retrievalRoleArn: string | undefined;
  /** JSON Schemas of draft-04, as text. */
  readonly validators: readonly string[];
  /** For a hosted profile: the customer managed key of its versions. */
  readonly kmsKeyArn: string | undefined;
  /** For a hosted profile. The first has number 1. */
  readonly versions: HostedVersion[];
}

export interface HostedVersion {
  readonly content: string;
  readonly contentType: string;
  /** Default: none. */
  readonly label?: string;
}

export interface SimulatedStrategy {
  readonly id: string;
  readonly name: string;
  /** The account that owns the strategy. Absent for the predefined strategies, which every account has. */
  readonly accountId?: string;
  readonly region?: string;
  readonly durationMinutes: number;
  readonly growthType: 'LINEAR' | 'EXPONENTIAL';
  /** By how many per cent of the targets each step of the deployment grows. */
  readonly growthFactor: number;
  readonly bakeMinutes: number;
}

export interface SimulatedDeployment {
  readonly number: number;
  readonly profile: SimulatedProfile;
  readonly version: string;
  readonly strategy: SimulatedStrategy;
  readonly description: string | undefined;
  readonly tags: Tags;
  readonly kmsKeyArn: string | undefined;
  readonly content: HostedVersion;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** How the deployment was stopped or rolled back. `undefined` if it was not. */
  undone: Undone | undefined;
}

interface Undone {
  readonly state: 'ROLLED_BACK' | 'REVERTED';
  readonly at: number;
  readonly by: 'CLOUDWATCH_ALARM' | 'USER';
}

export interface ConfigurationSession {
  readonly applicationId: string;
  readonly environmentId: string;
  readonly profileId: string;
  readonly intervalSeconds: number;
  /** When the client may poll again, in milliseconds since the epoch. */
  readonly notBefore: number;
  readonly expiresAt: number;
  /** The number of the deployment that the client received last. */
  readonly deployment: number | undefined;
  /**
   * Which targets the client belongs to, as a position from 0 to 100. A deployment at 30 % has reached all clients with
   * positions below 30.
   */
  readonly place: number;
}

/** Source: AppConfig user guide, "Working with deployment strategies", predefined strategies. */
const predefined: readonly SimulatedStrategy[] = [
  {
    id: 'AppConfig.AllAtOnce',
    name: 'AppConfig.AllAtOnce',
    durationMinutes: 0,
    growthType: 'LINEAR',
    growthFactor: 100,
    bakeMinutes: 10,
  },
  {
    id: 'AppConfig.Linear20PercentEvery6Minutes',
    name: 'AppConfig.Linear20PercentEvery6Minutes',
    durationMinutes: 30,
    growthType: 'LINEAR',
    growthFactor: 20,
    bakeMinutes: 30,
  },
];

export const createAppConfigState = (): AppConfigState => ({
  applications: new Map(),
  strategies: new Map(predefined.map((strategy) => [strategy.id, strategy])),
  alarms: new Set(),
  sessions: new Map(),
});
