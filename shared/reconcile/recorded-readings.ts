import * as z from 'zod';
import type { PolicyDocument } from '../iam/document.ts';
import type { ResourceChange, WholeRun } from '../store/ports.ts';
import type { KeyReading } from './judge-keys.ts';
import type { PrincipalReading } from './judge-principal.ts';
import type { Services } from './services.ts';

/**
 * What an update has read during a burst, besides the policy of its resource. It is stored for the verifications of
 * other runs. A part is absent if it was not needed or could not be read.
 */
export interface RecordedReadings {
  /** When the update began to read, ISO 8601. */
  readonly at: string;
  /** The group or role that the resource is about. */
  readonly principal?: PrincipalReading | undefined;
  /** The keys that encrypt the resource. */
  readonly keys?: readonly KeyReading[] | undefined;
}

/** Finds stored readings that are new enough for one run. */
export interface RecordedReadingsIndex {
  /** @param resource the key of the resource, as in the table */
  find(resource: string): Promise<RecordedReadings | undefined>;
}

const policies = z.array(
  z.object({
    kind: z.enum(['identity', 'boundary', 'key']),
    name: z.string(),
    document: z.custom<PolicyDocument>((value) => typeof value === 'object' && value !== null),
  }),
);

const principalSchema = z.object({
  outcome: z.literal('read'),
  arn: z.string(),
  policies,
  unread: z.array(z.object({ kind: z.enum(['identity', 'boundary']), reason: z.string() })),
});

const encryptionContext = z.record(z.string(), z.string()).exactOptional();

const keySchema = z.union([
  z.object({
    outcome: z.literal('read'),
    arn: z.string(),
    policies,
    keyGrants: z.array(
      z.object({
        name: z.string().exactOptional(),
        grant: z.string().exactOptional(),
        granteePrincipal: z.string(),
        operations: z.array(z.string()),
        encryptionContextEquals: encryptionContext,
        encryptionContextSubset: encryptionContext,
      }),
    ),
  }),
  z.object({ outcome: z.literal('aws-managed'), name: z.string(), accountId: z.string() }),
  z.object({ outcome: z.literal('unusable'), reason: z.string() }),
]);

const recordedSchema: z.ZodType<RecordedReadings> = z.object({
  at: z.string(),
  principal: principalSchema.optional(),
  keys: z.array(keySchema).optional(),
});

interface RecordedSource {
  readonly whole: WholeRun & { readonly runId: string };
  /** Only readings that began after this time are used. In milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Looks for readings in the run's own record, and then in the record of the run that last reconciled the resource. If
 * the table cannot be read, it finds nothing, and the caller reads from AWS.
 */
export function createRecordedReadings(
  { store }: Pick<Services, 'store'>,
  { whole, since }: RecordedSource,
): RecordedReadingsIndex {
  const changes = new Map(whole.changes.map((change) => [change.resource, change]));
  const findChange = async (resource: string): Promise<ResourceChange | undefined> => {
    const own = changes.get(resource);
    if (own?.after !== undefined) return own;
    const { lastReconciliation: last } = (await store.resources.get(resource)) ?? {};
    if (last === undefined || last.runId === whole.runId || Date.parse(last.at) <= since) return undefined;
    return store.runs.getChange(last.runId, resource);
  };
  return {
    find: async (resource) => {
      const change = await findChange(resource).catch(() => undefined);
      const { success, data } = recordedSchema.safeParse(change?.readings);
      return success && Date.parse(data.at) > since ? data : undefined;
    },
  };
}
