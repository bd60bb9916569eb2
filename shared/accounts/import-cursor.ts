import * as z from 'zod';

/**
 * The position of an import. It travels between the states of a state machine, so it holds only ids, and account ids in
 * packed form: 10,000 take 67 KB of a state's 256 KiB ("Step Functions service quotas"), 30,000 take 200 KB.
 */
export interface ImportCursor {
  /**
   * `tree`: OU by OU. `list`: the list of all accounts, for accounts that the tree missed. `absent`: accounts in the
   * registry that no listing showed.
   */
  readonly phase: 'tree' | 'list' | 'absent';
  /** Roots and OUs that are still to be read, the next one first. Absent until the roots are known. */
  readonly parents?: readonly string[];
  /** The next page token of the current listing. */
  readonly token?: string;
  /** The accounts seen so far: `packIds`. */
  readonly seen: string;
  readonly counts: ImportCounts;
}

export interface ImportCounts {
  /** Number of accounts in the organization. */
  readonly accounts: number;
  /** Number of accounts that were stored because they are new or differ, departed accounts included. */
  readonly changed: number;
  /** Number of accounts that have left. */
  readonly departed: number;
}

export const importCountsSchema = z.object({
  accounts: z.number(),
  changed: z.number(),
  departed: z.number(),
});

export const importCursorSchema: z.ZodType<ImportCursor> = z.object({
  phase: z.enum(['tree', 'list', 'absent']),
  parents: z.array(z.string()).exactOptional(),
  token: z.string().exactOptional(),
  seen: z.string(),
  counts: importCountsSchema,
});

export const firstCursor: ImportCursor = {
  phase: 'tree',
  seen: '',
  counts: { accounts: 0, changed: 0, departed: 0 },
};

/** Twelve digits fit into five bytes. */
const idBytes = 5;

/** Account ids as base64. */
export function packIds(ids: ReadonlySet<string>): string {
  const bytes = Buffer.alloc(ids.size * idBytes);
  for (const [index, id] of [...ids].entries()) bytes.writeUIntBE(Number(id), index * idBytes, idBytes);
  return bytes.toString('base64');
}

export function unpackIds(packed: string): Set<string> {
  const bytes = Buffer.from(packed, 'base64');
  const count = Math.floor(bytes.length / idBytes);
  return new Set(
    Array.from({ length: count }, (_, index) =>
      String(bytes.readUIntBE(index * idBytes, idBytes)).padStart(12, '0'),
    ),
  );
}
