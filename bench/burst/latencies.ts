import type { Random } from '../../shared/platform/clock.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';

/**
 * How long things take, in milliseconds: assumptions of the order of magnitude that callers in the same continent see.
 * AWS promises none of them. Each time is drawn from half of it to one and a half, and one in a hundred takes ten times.
 */
export const latencies = {
  call: {
    organizations: 120,
    iam: 80,
    sts: 60,
    s3: 50,
    kms: 25,
    ecr: 40,
    secretsmanager: 40,
    sns: 30,
    eventbridge: 30,
  },
  otherCall: 50,
  /** One item of the table, a write of two items as a transaction, and each megabyte of a query. */
  table: { item: 6, transaction: 20, megabyte: 60 },
  /** From the account's creation to the start of the execution: CloudTrail and EventBridge. */
  event: 2_000,
  /** Step Functions, between one state and the next. */
  transition: 40,
  /** Lambda's own part of an invocation, where an environment is ready and where one must be made. */
  invocation: 15,
  coldStart: 900,
} as const;

export const callLatency = ({ service }: SimulatedCall): number =>
  (latencies.call as Readonly<Record<string, number>>)[service] ?? latencies.otherCall;

/** A latency as it falls out this time. */
export const drawn = (random: Random, usual: number): number =>
  Math.round(usual * (0.5 + random()) * (random() < 0.01 ? 10 : 1));

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
