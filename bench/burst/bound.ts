import { awsRates, hubRates } from '../../simulator/aws-rates.ts';
import type { Measured } from './measure.ts';

export interface Bound {
  /** Milliseconds: no correct system is faster at these rates. */
  readonly least: number;
  /** How it was computed, for people. */
  readonly because: string;
}

/**
 * The least time for processing accounts one by one. Events are hints and listings lag, so each account must be read
 * after its creation: its state, its parent, its tags. Each account starts an execution and announces its end. Each
 * document is written once. An operation's calls take (calls − burst) / rate. The bound is the time of the slowest
 * operation, or of the arrivals, plus the time of the quickest account.
 */
export function bound({
  accounts,
  writes: documents,
  lastArrival,
  quickest,
}: Pick<Measured, 'accounts' | 'writes' | 'lastArrival' | 'quickest'>): Bound {
  const writes: Record<string, number> = {};
  for (const document of documents.keys()) {
    const operation = writeOf[document.split(' ')[0] ?? ''] ?? '';
    writes[operation] = (writes[operation] ?? 0) + 1;
  }
  const needed: Readonly<Record<string, number>> = {
    'organizations:DescribeAccount': accounts,
    'organizations:ListParents': accounts,
    'organizations:ListTagsForResource': accounts,
    'eventbridge:PutEvents': accounts,
    ...writes,
  };
  const times = Object.entries(needed).map(([operation, calls]) => ({
    what: `${calls} ${operation}`,
    time: timeOf(operation, calls),
  }));
  const { perSecond, burst } = hubRates.startExecution;
  times.push({ what: `${accounts} StartExecution`, time: seconds(accounts, perSecond, burst) });
  times.push({ what: 'the arrivals', time: lastArrival });
  const slowest = times.toSorted((a, b) => b.time - a.time)[0] ?? { what: 'nothing', time: 0 };
  const s = (milliseconds: number): string => (milliseconds / 1_000).toFixed(1);
  return {
    least: slowest.time + quickest,
    because: `${slowest.what}: ${s(slowest.time)} s, and the quickest account: ${s(quickest)} s`,
  };
}

const writeOf: Readonly<Record<string, string>> = {
  s3: 's3:PutBucketPolicy',
  kms: 'kms:PutKeyPolicy',
  ecr: 'ecr:SetRepositoryPolicy',
  secretsmanager: 'secretsmanager:PutResourcePolicy',
  iam: 'iam:CreatePolicyVersion',
};

const seconds = (calls: number, perSecond: number, burst: number): number =>
  (Math.max(0, calls - burst) / perSecond) * 1_000;

/** By the slowest bucket that covers it, for one calling account. */
function timeOf(name: string, calls: number): number {
  const [service, operation = ''] = name.split(':');
  const rates = awsRates.filter((rate) => rate.service === service && rate.operations?.includes(operation));
  return Math.max(0, ...rates.map(({ perSecond, burst }) => seconds(calls, perSecond, burst)));
}
