import * as z from 'zod';

/**
 * How far an import of the organization has come. The states of a state machine pass it on, and a state has at most 256
 * KiB ("Step Functions service quotas"). So it contains only ids, and account ids are packed: 10,000 take 67 KB, and
 * 30,000 take 200 KB.
 */
export interface ImportCursor {
  /**
   * What the next slice reads. `tree`: the accounts of each OU. `list`: the list of all accounts, to find those that
   * `tree` missed. `absent`: accounts of the registry that neither of these contained.
   */
  readonly phase: 'tree' | 'list' | 'absent';
  /** Roots and OUs that still have to be read, the next one first. Absent until the roots are known. */
  readonly parents?: readonly string[];
  /** The token for the next page of the listing that is being read. */
  readonly token?: string;
  /** The accounts that the import has seen so far, in the form of `packIds`. */
  readonly seen: string;
  readonly counts: ImportCounts;
}

export interface ImportCounts {
  /** How many accounts the organization has, as far as it was read. */
  readonly accounts: number;
  /** How many accounts were stored because they were new or different, including departed accounts. */
  readonly changed: number;
  /** How many accounts have left the organization. */
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

/** An account id has twelve digits, which fit into five bytes. */
const idBytes = 5;

/** Packs account ids into few bytes, as base64. */
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
