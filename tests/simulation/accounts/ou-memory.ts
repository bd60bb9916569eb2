import { heldCells } from '../oracle/findings.ts';
import { treeOf } from '../oracle/organization.ts';
import {
  noStoredOus,
  pathsIn,
  storedByActivation,
  storedBySweep,
  unresolvedPaths,
} from '../oracle/stored-ous.ts';
import type { OuMemory, SimulationContext } from './context.ts';
import type { DueLine } from './reported-lines.ts';
import { getSituation } from './situation.ts';
export const createOuMemory = (): OuMemory => ({ stored: noStoredOus, had: new Set(), recreated: new Set() });

/** All accounts of the organization contain their OUs, closed accounts too. */
const wholeTree = ({ organization }: SimulationContext) => treeOf(organization.world, () => true);

/** An operator has activated the configuration. */
export function noteActivation(stage: SimulationContext): void {
  const { ous, configuration } = stage;
  ous.stored = storedByActivation(pathsIn(configuration), wholeTree(stage), ous.stored);
}

/** A sweep is about to begin. */
export async function noteSweep(stage: SimulationContext): Promise<void> {
  const { ous, configuration } = stage;
  ous.had = heldCells(await getSituation(stage));
  ous.stored = storedBySweep(pathsIn(configuration), wholeTree(stage), ous.stored);
}

/** The lines of unresolved paths: each must name the path and the OUs. */
export const listOuLines = (stage: SimulationContext): readonly DueLine[] =>
  unresolvedPaths(stage.ous.stored, wholeTree(stage)).map(({ path, ids }) => ({
    what: `the path ${path} is unresolved by ${ids.join()}`,
    must: true,
    is: (line) => line.startsWith(`The path ${path} (`) && ids.every((id) => line.includes(id)),
  }));
