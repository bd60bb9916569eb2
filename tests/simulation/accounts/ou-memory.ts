import { heldCells } from '../oracle/findings.ts';
import { treeOf } from '../oracle/organization.ts';
import {
  noStoredOus,
  pathsIn,
  storedByActivation,
  storedBySweep,
  unresolvedPaths,
} from '../oracle/stored-ous.ts';
import type { OuMemory, Stage } from './context.ts';
import type { DueLine } from './reported-lines.ts';
import { situationOf } from './situation.ts';
export const newOuMemory = (): OuMemory => ({ stored: noStoredOus, had: new Set(), recreated: new Set() });

/** All accounts of the organization tell of their OUs, closed accounts too. */
const wholeTree = ({ organization }: Stage) => treeOf(organization.world, () => true);

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
