import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';

/** Reads and writes of policies that AWS has answered, by document. */
export interface Tally {
  readonly interceptor: Interceptor;
  readonly reads: ReadonlyMap<string, number>;
  readonly writes: ReadonlyMap<string, number>;
}

const documentReads = /^Get(BucketPolicy|KeyPolicy|RepositoryPolicy|ResourcePolicy|PolicyVersion)$/;
const documentWrites =
  /^(PutBucketPolicy|PutKeyPolicy|SetRepositoryPolicy|PutResourcePolicy|CreatePolicy|CreatePolicyVersion)$/;

export function tally(): Tally {
  const reads = new Map<string, number>();
  const writes = new Map<string, number>();
  return {
    reads,
    writes,
    interceptor: async (call, proceed) => {
      const output = await proceed();
      const counts = documentReads.test(call.operation)
        ? reads
        : documentWrites.test(call.operation)
          ? writes
          : undefined;
      const key = documentOf(call);
      counts?.set(key, (counts.get(key) ?? 0) + 1);
      return output;
    },
  };
}

/** `s3 example-trails-1`; a managed policy by its name. */
function documentOf({ service, input }: SimulatedCall): string {
  const { Bucket, KeyId, repositoryName, SecretId, PolicyArn, PolicyName } = input as Readonly<
    Record<string, unknown>
  >;
  const name = String(Bucket ?? KeyId ?? repositoryName ?? SecretId ?? PolicyName ?? PolicyArn);
  return `${service} ${name.slice(name.lastIndexOf('policy/') < 0 ? 0 : name.lastIndexOf('/') + 1)}`;
}

export const most = (counts: ReadonlyMap<string, number>): number => Math.max(0, ...counts.values());
