import type { Random } from '../../shared/platform/clock.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';

/**
 * Durations in milliseconds: assumptions about what callers on one continent see. AWS promises none of them. Each
 * duration is drawn from half to one and a half times the value, and one in a hundred takes ten times as long.
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
  /** One item of the table, a transaction of two items, and each megabyte of a query. */
  table: { item: 6, transaction: 20, megabyte: 60 },
  /** From the account's creation to the start of the execution: CloudTrail and EventBridge. */
  event: 2_000,
  /** Step Functions, between one state and the next. */
  transition: 40,
  /** Lambda's own part of an invocation, with a ready environment and with a new one. */
  invocation: 15,
  coldStart: 900,
} as const;

export const callLatency = ({ service }: SimulatedCall): number =>
  (latencies.call as Readonly<Record<string, number>>)[service] ?? latencies.otherCall;

/** A random duration. */
export const drawn = (random: Random, usual: number): number =>
  Math.round(usual * (0.5 + random()) * (random() < 0.01 ? 10 : 1));

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
