import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';

/** Reads and writes of policies that passed the rate limits, by document. */
export interface Tally {
  readonly interceptor: Interceptor;
  readonly reads: ReadonlyMap<string, number>;
  readonly writes: ReadonlyMap<string, number>;
  /** Writes that AWS rejected for their content. */
  readonly refusedWrites: ReadonlyMap<string, number>;
}

const documentReads = /^Get(BucketPolicy|KeyPolicy|RepositoryPolicy|ResourcePolicy|PolicyVersion)$/;
const documentWrites =
  /^(PutBucketPolicy|PutKeyPolicy|SetRepositoryPolicy|PutResourcePolicy|CreatePolicy|CreatePolicyVersion)$/;

/** The first interceptor is nearest to the service: it never sees a throttled call. */
export function tally(): Tally {
  const reads = new Map<string, number>();
  const writes = new Map<string, number>();
  const refusedWrites = new Map<string, number>();
  const count = (counts: Map<string, number>, call: SimulatedCall): void => {
    counts.set(documentOf(call), (counts.get(documentOf(call)) ?? 0) + 1);
  };
  return {
    reads,
    writes,
    refusedWrites,
    interceptor: async (call, proceed) => {
      const isWrite = documentWrites.test(call.operation);
      try {
        const output = await proceed();
        if (isWrite || documentReads.test(call.operation)) count(isWrite ? writes : reads, call);
        return output;
      } catch (error) {
        if (isWrite) count(refusedWrites, call);
        throw error;
      }
    },
  };
}

/** `s3 example-trails-1`. A managed policy by its name. */
function documentOf({ service, input }: SimulatedCall): string {
  const { Bucket, KeyId, repositoryName, SecretId, PolicyArn, PolicyName } = input as Readonly<
    Record<string, unknown>
  >;
  const name = String(Bucket ?? KeyId ?? repositoryName ?? SecretId ?? PolicyName ?? PolicyArn);
  return `${service} ${name.slice(name.lastIndexOf('policy/') < 0 ? 0 : name.lastIndexOf('/') + 1)}`;
}

export const most = (counts: ReadonlyMap<string, number>): number => Math.max(0, ...counts.values());

/** All writes that passed the rate limits, by document. */
export const sent = ({
  writes,
  refusedWrites,
}: Pick<Tally, 'writes' | 'refusedWrites'>): ReadonlyMap<string, number> =>
  new Map(
    [...new Set([...writes.keys(), ...refusedWrites.keys()])].map((document) => [
      document,
      (writes.get(document) ?? 0) + (refusedWrites.get(document) ?? 0),
    ]),
  );
