import { cellName, type Expected, expected, type Situation } from './expected.ts';
import { isHeld } from './held.ts';
import { readerOf } from './kinds/index.ts';
import { isMember, parentIdsOf } from './organization.ts';
import type { Case, Subject } from './reader.ts';

/** A cell of the matrix account × access in which the world is wrong. */
export interface Cell {
  readonly id: string;
  readonly key: string;
  readonly grant: string;
  readonly named: boolean;
  /**
   * `lacks`: part of the due access is missing. `names`: an access that is not due. `exceeds`: more than the grant is
   * meant to give.
   */
  readonly sort: 'lacks' | 'names' | 'exceeds';
  /** The excess, for `exceeds`. */
  readonly detail?: string;
}

/** An account outside the organization that no grant selects. */
const stranger: Subject = { id: '131313131313', parentIds: undefined };

/** Compares the expected matrix with what every policy, grant on a key and launch permission gives. */
export const cells = (situation: Situation, rows = expected(situation)): readonly Cell[] =>
  rows.flatMap((row) => rowCells(situation, row));

function rowCells(situation: Situation, row: Expected): readonly Cell[] {
  const { key, entry, named } = row;
  const all = [
    ...memberCells(situation, row),
    ...namedCells(situation, row),
    ...strangerCells(situation, row),
    ...listedCells(situation, row),
  ];
  const once = new Map(all.map((cell) => [`${cell.id} ${cell.sort} ${cell.detail ?? ''}`, cell]));
  return [...once.values()].map((cell) => ({ ...cell, key, grant: entry.name, named }));
}

const caseOf = ({ configuration }: Situation, { entry, ref }: Expected, subject: Subject): Case => ({
  entry,
  ref,
  subject,
  organizationId: configuration.organization.id,
});

type Bare = Pick<Cell, 'id' | 'sort' | 'detail'>;

/** The access of each member, by evaluating request by request. */
function memberCells(situation: Situation, row: Expected): readonly Bare[] {
  const { world, configuration } = situation;
  const { entry, accounts } = row;
  const reader = readerOf(entry.kind);
  const installation = configuration.installation;
  return [...world.accounts.values()].filter(isMember).flatMap((account): readonly Bare[] => {
    const { id } = account;
    const grantCase = caseOf(situation, row, { id, parentIds: parentIdsOf(world, account) });
    if (reader.needsNothing?.(grantCase) === true) return [];
    const has = reader.has(world, grantCase, installation, entry.name);
    if (!accounts.has(id)) return has === 'nothing' ? [] : [{ id, sort: 'names' }];
    if (has !== 'everything') return [{ id, sort: 'lacks' }];
    return reader.tooMuch(world, grantCase, installation).map((detail) => ({ id, sort: 'exceeds', detail }));
  });
}

/** Accounts that the grant names without selecting them. A condition names no account. */
function namedCells(
  { world, configuration }: Situation,
  { ref, entry, accounts }: Expected,
): readonly Bare[] {
  const holdings = readerOf(entry.kind).holdings(world, ref, configuration.installation, entry.name);
  const isFor = (id: string): boolean =>
    accounts.has(id) || (isHeld(entry) && world.accounts.get(id)?.state === 'ACTIVE');
  return [...new Set(holdings.flatMap(({ ids }) => ids))]
    .filter((id) => !isFor(id))
    .map((id) => ({ id, sort: 'names' }));
}

/**
 * A grant with a condition lists no account except the owner of the resource. While accounts keep access that they
 * should lose, it lists all, and `namedCells` finds them.
 */
function listedCells({ world, configuration }: Situation, row: Expected): readonly Bare[] {
  const { ref, entry, accounts } = row;
  if (!isHeld(entry)) return [];
  const holdings = readerOf(entry.kind).holdings(world, ref, configuration.installation, entry.name);
  const ids = new Set(holdings.flatMap((each) => each.ids));
  if (![...ids].every((id) => accounts.has(id))) return [];
  ids.delete(ref.accountId);
  return [...ids].map((id) => ({ id, sort: 'exceeds', detail: 'it is listed in place of a condition' }));
}

/** No access is for an account outside the organization that no grant names. */
function strangerCells(situation: Situation, row: Expected): readonly Bare[] {
  const { world, configuration } = situation;
  const grantCase = caseOf(situation, row, stranger);
  const has = readerOf(row.ref.kind).has(world, grantCase, configuration.installation, row.entry.name);
  return has === 'nothing' ? [] : [{ id: stranger.id, sort: 'exceeds', detail: 'it is open to strangers' }];
}

/** The cells of the matrix in which an account has any access now. */
export function heldCells(situation: Situation): ReadonlySet<string> {
  const { world, configuration } = situation;
  const members = [...world.accounts.values()].filter(isMember);
  return new Set(
    expected(situation).flatMap((row) => {
      const reader = readerOf(row.ref.kind);
      const has = ({ id, parentIds }: Subject): boolean =>
        reader.has(
          world,
          caseOf(situation, row, { id, parentIds }),
          configuration.installation,
          row.entry.name,
        ) !== 'nothing';
      return members
        .map((account) => ({ id: account.id, parentIds: parentIdsOf(world, account) }))
        .filter(has)
        .map(({ id }) => cellName(`${row.key} ${row.entry.name}`, id));
    }),
  );
}

/** Whether an account has all access of one grant, by any managed content on the resource. */
export function hasAll(
  situation: Situation,
  { id, key, grant }: Pick<Cell, 'id' | 'key' | 'grant'>,
): boolean {
  const { world, configuration } = situation;
  const row = expected(situation).find((each) => each.key === key && each.entry.name === grant);
  const account = world.accounts.get(id);
  if (row === undefined || account === undefined) return false;
  const grantCase = caseOf(situation, row, { id, parentIds: parentIdsOf(world, account) });
  return readerOf(row.ref.kind).has(world, grantCase, configuration.installation) === 'everything';
}

/** Whether a resource has no room for all accounts of its grants beside the unmanaged content. */
export function isFull(situation: Situation, key: string): boolean {
  const rows = expected(situation).filter((row) => row.key === key);
  const [first] = rows;
  if (first === undefined) return false;
  const demands = rows.map(({ entry, accounts }) => ({
    entry,
    accountIds: isHeld(entry) ? [] : [...accounts],
  }));
  return readerOf(first.ref.kind).isFull(situation.world, first.ref, demands, situation.configuration);
}
