import * as z from 'zod';
import type { PolicyDocument } from '../iam/document.ts';
import type { ResourceChange, WholeRun } from '../store/ports.ts';
import type { KeyReading } from './judge-keys.ts';
import type { PrincipalReading } from './judge-principal.ts';
import type { Services } from './services.ts';

/**
 * What an update of a burst read besides the policy of its resource, and recorded for the verifications of other runs.
 * A part that the update did not need or could not read is absent.
 */
export interface RecordedReadings {
  /** When the update began to read, ISO 8601. */
  readonly at: string;
  /** The group or role that the resource is about. */
  readonly principal?: PrincipalReading | undefined;
  /** The keys that encrypt the resource. */
  readonly keys?: readonly KeyReading[] | undefined;
}

/** Finds recorded readings that are recent enough for one run. */
export interface RecordedReadingsIndex {
  /** @param resource the key under which the table stores the resource */
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
  /** A reading counts if it began later. Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Finds readings in the run's own record, otherwise in the record of the run that last reconciled the resource. If the
 * table cannot be read, there is no reading, and the caller reads AWS.
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
