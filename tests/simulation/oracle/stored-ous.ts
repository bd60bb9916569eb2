import type { Selector } from '../../../shared/accounts/selector.ts';
import type { Configuration } from '../../../shared/configuration/schema.ts';
import { fitsSegment } from './globs.ts';
import { isOuId, selected, type Tree } from './selectors.ts';

/** The names of an OU and of the OUs above it, the highest first. */
type OuNames = readonly string[];

/**
 * For each path in a selector: the OUs at the path when the configuration was activated, and the OUs above them, with
 * their names then, by id.
 */
export type StoredOus = ReadonlyMap<string, OuNamesById>;

type OuNamesById = ReadonlyMap<string, OuNames>;

export const noStoredOus: StoredOus = new Map();

/** `keeps`: the account keeps its access, and gets no more. */
export type Answer = 'gets' | 'keeps' | 'nothing';

/** The accounts of a selector by two readings (docs/renamed-ous.md). */
export function answersOf(selector: Selector, tree: Tree, stored: StoredOus): (id: string) => Answer {
  const byName = selected(selector, tree);
  const asItWas =
    stored.size === 0 ? byName : selected(selector, tree, (path) => asStored(ousOf(stored, path), tree));
  return (id) => {
    if (!asItWas.has(id)) return 'nothing';
    return byName.has(id) ? 'gets' : 'keeps';
  };
}

const ousOf = (stored: StoredOus, path: string): OuNamesById => stored.get(path) ?? new Map();

/** The tree with stored names, without OUs that took the path of a stored OU. */
function asStored(ous: OuNamesById, tree: Tree, above: OuNames = []): Tree {
  const below = tree.ous.flatMap((ou) => {
    const namesOfOu = ous.get(ou.id);
    const name = namesOfOu?.at(-1) ?? ou.name;
    const names = [...above, name];
    if (namesOfOu === undefined && isAmong(ous, names)) return [];
    return [asStored(ous, { ...ou, name }, names)];
  });
  return { ...tree, ous: below };
}

const isAmong = (ous: OuNamesById, names: OuNames): boolean =>
  [...ous.values()].some((each) => JSON.stringify(each) === JSON.stringify(names));

/** The OUs at each path are stored. A path without OUs keeps its earlier OUs if one of them has an account. */
export function storedByActivation(paths: readonly string[], tree: Tree, before: StoredOus): StoredOus {
  const populated = new Set(trailsOf(tree).map((trail) => trail.at(-1)?.id));
  return new Map(
    paths.flatMap((path) => {
      const named = trailsOf(tree).filter((trail) => isAt(path, trail));
      if (named.length > 0) return [[path, namesOf(named)] as const];
      const old = ousOf(before, path);
      const isKept = [...old].some(([id, names]) => names.length === depthOf(path) && populated.has(id));
      return isKept ? [[path, old] as const] : [];
    }),
  );
}

/** A sweep adds the OUs at a path by both readings, with the stored names of the OUs above them. Stored OUs stay. */
export function storedBySweep(paths: readonly string[], tree: Tree, before: StoredOus): StoredOus {
  return new Map(
    paths.flatMap((path) => {
      const storedOus = ousOf(before, path);
      const now = trailsOf(tree).filter((trail) => isAt(path, trail));
      const fitting = new Set(now.map((trail) => trail.at(-1)?.id));
      const asBefore = trailsOf(asStored(storedOus, tree)).filter((trail) => isAt(path, trail));
      const added = asBefore.filter((trail) => fitting.has(trail.at(-1)?.id));
      const ous = new Map([...namesOf(added), ...storedOus]);
      return ous.size === 0 ? [] : [[path, ous] as const];
    }),
  );
}

/** An OU with the OUs above it, the highest first. */
type Trail = readonly Tree[];

/** All OUs that have an account in them or below them: the project knows no other OUs. */
const trailsOf = (tree: Tree, above: Trail = []): readonly Trail[] =>
  tree.ous.filter(isPopulated).flatMap((ou) => {
    const trail = [...above, ou];
    return [trail, ...trailsOf(ou, trail)];
  });

const isPopulated = ({ accounts, ous }: Tree): boolean => accounts.length > 0 || ous.some(isPopulated);

const isAt = (path: string, trail: Trail): boolean => fitsPath(path, namesIn(trail));

const fitsPath = (path: string, names: OuNames): boolean =>
  names.length === depthOf(path) &&
  path.split('/').every((segment, index) => fitsSegment(names[index] ?? '', segment));

const depthOf = (path: string): number => path.split('/').length;

const namesIn = (trail: Trail): OuNames => trail.map(({ name }) => name);

const namesOf = (trails: readonly Trail[]): OuNamesById =>
  new Map(
    trails.flatMap((trail) =>
      trail.map(({ id }, index) => [id, namesIn(trail.slice(0, index + 1))] as const),
    ),
  );

/** The paths in all selectors, each once. */
export function pathsIn({ grants, approval }: Configuration): readonly string[] {
  const selectors = [...grants.map((entry) => entry.for), ...(approval === undefined ? [] : [approval.for])];
  const ous = selectors.flatMap((each) => [each, ...(each.except ?? [])]).flatMap((each) => each.ous ?? []);
  return [...new Set(ous)].filter((ou) => !isOuId(ou));
}

/** A path that an operator must correct, and the OUs that the report must name. */
export interface Unresolved {
  readonly path: string;
  readonly ids: readonly string[];
}

/**
 * Paths whose stored OU has another name today, or whose position another OU has taken.
 * @param tree has all OUs, those without accounts included
 */
export function unresolvedPaths(stored: StoredOus, tree: Tree): readonly Unresolved[] {
  return [...stored].flatMap(([path, ous]) => {
    const ids = allTrails(tree).flatMap((trail) => {
      const { id = '' } = trail.at(-1) ?? {};
      const names = ous.get(id);
      if (names === undefined) return isTaken(ous, trail) ? [id] : [];
      return names.length === depthOf(path) && !isAt(path, trail) ? [id] : [];
    });
    return ids.length === 0 ? [] : [{ path, ids }];
  });
}

/**
 * Whether an OU with accounts has the path of a stored OU: by today's names, or by the stored names of the OUs above
 * it.
 */
const isTaken = (ous: OuNamesById, trail: Trail): boolean =>
  trail.every(isPopulated) && (isAmong(ous, namesIn(trail)) || isTakenAsStored(ous, trail));

/** An OU below an OU that took a path is not reported again. */
function isTakenAsStored(ous: OuNamesById, trail: Trail): boolean {
  const takes = trail.map(
    (ou, index) => !ous.has(ou.id) && isAmong(ous, storedNames(ous, trail.slice(0, index + 1))),
  );
  return takes.indexOf(true) === trail.length - 1;
}

const storedNames = (ous: OuNamesById, trail: Trail): OuNames =>
  trail.map(({ id, name }) => ous.get(id)?.at(-1) ?? name);

const allTrails = (tree: Tree, above: Trail = []): readonly Trail[] =>
  tree.ous.flatMap((ou) => {
    const trail = [...above, ou];
    return [trail, ...allTrails(ou, trail)];
  });
