import type { Selector, SelectorFields } from '../../../shared/accounts/selector.ts';
import { fitsName, fitsSegment } from './globs.ts';

/** An account with the fields that selectors read. */
export interface Leaf {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The root or an OU, with its direct content. */
export interface Tree {
  readonly id: string;
  /** The root's name is never compared. */
  readonly name: string;
  readonly accounts: readonly Leaf[];
  readonly ous: readonly Tree[];
}

/** The tree in which a path of OUs is resolved. */
type TreeOfPath = (path: string) => Tree;

/**
 * Ids of the accounts of the tree that a selector selects (docs/selectors.md).
 * @param treeFor default: the tree as it is
 */
export function selected(
  selector: Selector,
  tree: Tree,
  treeFor: TreeOfPath = () => tree,
): ReadonlySet<string> {
  const ids = new Set(selector.all === true ? idsBelow(tree) : withFields(selector, tree, treeFor));
  for (const except of selector.except ?? [])
    for (const id of withFields(except, tree, treeFor)) ids.delete(id);
  return ids;
}

/** Fields are combined by "and", and the values of one field by "or". */
function withFields(
  { ous, tags, names, accounts }: SelectorFields,
  tree: Tree,
  treeFor: TreeOfPath,
): ReadonlySet<string> {
  if (ous === undefined && tags === undefined && names === undefined && accounts === undefined)
    return new Set();
  let ids = new Set(idsBelow(tree));
  const keep = (isKept: (leaf: Leaf) => boolean): void => {
    const kept = new Set(
      leavesBelow(tree)
        .filter(isKept)
        .map(({ id }) => id),
    );
    ids = new Set([...ids].filter((id) => kept.has(id)));
  };
  if (ous !== undefined) {
    const below = new Set(ous.flatMap((ou) => containers(ou, tree, treeFor)).flatMap(idsBelow));
    keep(({ id }) => below.has(id));
  }
  for (const [key, wanted] of Object.entries(tags ?? {})) {
    const values = typeof wanted === 'string' ? [wanted] : wanted;
    keep((leaf) => Object.hasOwn(leaf.tags, key) && values.includes(leaf.tags[key] ?? ''));
  }
  if (names !== undefined) keep(({ name }) => names.some((pattern) => fitsName(name, pattern)));
  if (accounts !== undefined) keep(({ id }) => accounts.includes(id));
  return ids;
}

/** The OUs of a path or an id. */
function containers(ou: string, tree: Tree, treeFor: TreeOfPath): readonly Tree[] {
  return isOuId(ou) ? withId(ou, tree) : atPath(ou.split('/'), treeFor(ou));
}

/** Whether an entry of a selector is an id. */
export const isOuId = (ou: string): boolean =>
  /^(r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/.test(ou);

const withId = (id: string, tree: Tree): readonly Tree[] =>
  tree.id === id ? [tree] : tree.ous.flatMap((ou) => withId(id, ou));

function atPath(segments: readonly string[], tree: Tree): readonly Tree[] {
  const [segment, ...others] = segments;
  if (segment === undefined) return [tree];
  return tree.ous.filter(({ name }) => fitsSegment(name, segment)).flatMap((ou) => atPath(others, ou));
}

const leavesBelow = (tree: Tree): readonly Leaf[] => [...tree.accounts, ...tree.ous.flatMap(leavesBelow)];

const idsBelow = (tree: Tree): readonly string[] => leavesBelow(tree).map(({ id }) => id);
