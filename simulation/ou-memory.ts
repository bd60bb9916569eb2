import { heldCells } from './oracle/findings.ts';
import { treeOf } from './oracle/organization.ts';
import {
  noStoredOus,
  pathsIn,
  type StoredOus,
  storedByActivation,
  storedBySweep,
  unresolvedPaths,
} from './oracle/stored-ous.ts';
import type { Stage } from './play.ts';
import { situationOf } from './situation.ts';
import type { DueLine } from './told.ts';

/** What the oracle remembers of OUs. Until OUs change, paths go by the names of today. */
export interface OuMemory {
  stored: StoredOus;
  /** What accounts had before the latest sweep. */
  had: ReadonlySet<string>;
  /** Keys of resources that were deleted and created since the latest judgment: nobody has access on them. */
  readonly recreated: Set<string>;
}

export const newOuMemory = (): OuMemory => ({ stored: noStoredOus, had: new Set(), recreated: new Set() });

/** All accounts of the organization tell of their OUs, closed accounts too. */
const wholeTree = ({ organisation }: Stage) => treeOf(organisation.world, () => true);

/** An operator has activated the configuration. */
export function noteActivation(stage: Stage): void {
  const { ous, configuration } = stage;
  ous.stored = storedByActivation(pathsIn(configuration), wholeTree(stage), ous.stored);
}

/** A sweep is about to begin. */
export async function noteSweep(stage: Stage): Promise<void> {
  const { ous, configuration } = stage;
  ous.had = heldCells(await situationOf(stage));
  ous.stored = storedBySweep(pathsIn(configuration), wholeTree(stage), ous.stored);
}

/** The lines of unresolved paths: each must name the path and the OUs. */
export const ouLines = (stage: Stage): readonly DueLine[] =>
  unresolvedPaths(stage.ous.stored, wholeTree(stage)).map(({ path, ids }) => ({
    what: `the path ${path} is unresolved by ${ids.join()}`,
    must: true,
    is: (line) => line.startsWith(`The path ${path} (`) && ids.every((id) => line.includes(id)),
  }));
