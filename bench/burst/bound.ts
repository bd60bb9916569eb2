import { awsRates, hubRates } from '../../simulator/aws-rates.ts';
import type { Measured } from './measure.ts';

export interface Bound {
  /** Milliseconds: no correct way ends sooner at these rates. */
  readonly least: number;
  /** How it was computed, for people. */
  readonly because: string;
}

/**
 * The least time in which accounts can be dealt with one by one. Each must be asked about once after it was created: its
 * state, its parent, its tags, since an event is a hint and a listing lags; each starts an execution and announces its
 * end; each document is written once. An operation's calls take (calls − burst) / rate; the slowest one, or the arrivals
 * themselves, and then what the quickest account took in all.
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

/** By the slowest of the buckets that it falls under, for one calling account. */
function timeOf(name: string, calls: number): number {
  const [service, operation = ''] = name.split(':');
  const rates = awsRates.filter((rate) => rate.service === service && rate.operations?.includes(operation));
  return Math.max(0, ...rates.map(({ perSecond, burst }) => seconds(calls, perSecond, burst)));
}
