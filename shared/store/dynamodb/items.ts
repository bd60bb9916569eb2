import type * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import { type Finding, OnboardingError } from '../../errors.ts';
import type { Key } from './table.ts';

/** An item of the table is not what this version wrote: it was edited by hand, or comes from another version. */
export class StoredItemError extends OnboardingError {
  override readonly name = 'StoredItemError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(tableName: string, { pk, sk }: Key, findings: readonly Finding[]) {
    const listed = findings.map(({ path, message }) => `  ${path || '(item)'}: ${message}`).join('\n');
    super(
      `The item ${pk} / ${sk} of table ${tableName} cannot be understood:\n${listed}\n` +
        `Another version of this project wrote it, or somebody edited it. ${adviceFor({ pk, sk })}`,
      { tableName, pk, sk, findings },
    );
    this.findings = findings;
  }
}

/** What to do about an item, by what it is for. */
function adviceFor({ pk, sk }: Key): string {
  if (sk === 'LEASE')
    return 'Nobody can write the resource meanwhile. When no run of that version is under way, remove the item';
  if (pk.startsWith('RESOURCE#'))
    return (
      'The resource is left as it is meanwhile. Go back to the version that wrote it, or correct the item, or remove it: ' +
      'then the next run reads the resource anew, and has forgotten who is kept by a grace, and which statements were ours ' +
      'that no grant renders any more'
    );
  if (pk === 'REGISTRY' && sk.startsWith('ACCOUNT#'))
    return (
      'No policy is written meanwhile, for any account, since the picture of the organisation is incomplete. Correct the ' +
      'item to what Organizations says of the account: `parentIds` from the root to its OU, and `ouPath` the names of the ' +
      'OUs below the root, joined by /, empty in the root itself. `approval` says that it waits for one, `approved: true` that it does not'
    );
  return 'Go back to the version that wrote it, or correct or remove the item';
}

/** An item as the document client reads and writes it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Parses an item that was read; attributes that the schema does not name are dropped.
 * @param keyFor The key under which what was read belongs: an item that names another one would speak for it
 */
export function parseItem<T>(
  schema: z.ZodType<T>,
  item: Item,
  tableName: string,
  keyFor?: (content: T) => Key,
): T {
  const result = schema.safeParse(item);
  if (result.success) {
    requireKey(keyFor?.(result.data), item, tableName);
    return result.data;
  }
  const findings = result.error.issues.map(({ path, message }) => ({
    path: toDotPath(path),
    message,
  }));
  throw new StoredItemError(tableName, keyOf(item), findings);
}

function requireKey(belongs: Key | undefined, item: Item, tableName: string): void {
  if (belongs === undefined || (belongs.pk === item.pk && belongs.sk === item.sk)) return;
  const message = `what the item says belongs under ${belongs.pk} / ${belongs.sk}`;
  throw new StoredItemError(tableName, keyOf(item), [{ path: '', message }]);
}

const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });

/** Without the attributes that are undefined, whatever the client's marshalling options say about them. */
export const defined = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
