import { desiredFaults } from './planted-desired-faults.ts';
import type { PlantedFault } from './planted-fault.ts';
import { firstFaults } from './planted-first-faults.ts';
import { matchFaults } from './planted-match-faults.ts';
import { ouFaults } from './planted-ou-faults.ts';
import { planningFaults } from './planted-planning-faults.ts';
import { renderingFaults } from './planted-rendering-faults.ts';
import { selectorFaults } from './planted-selector-faults.ts';
import { verificationFaults } from './planted-verification-faults.ts';

/** The faults that a reader may expect first. */
export const mainFaults: readonly string[] = [
  'lost-at-depth-3',
  'settled-too-late',
  'no-read-back',
  'lease-deadline',
  'denied-read-is-empty',
  'throttled-write-succeeds',
  'not-ready',
  'version-ignored',
  'except-ignored',
  'wrong-role-path',
];

export const plantedFaults: readonly PlantedFault[] = [
  ...firstFaults,
  ...selectorFaults,
  ...desiredFaults,
  ...renderingFaults,
  ...matchFaults,
  ...planningFaults,
  ...ouFaults,
  ...verificationFaults,
];

/** A fault by its name, and the function that plants it. */
export function plantedFault(name: string): PlantedFault & { plant(source: string): string } {
  const fault = plantedFaults.find((each) => each.name === name);
  if (fault === undefined) throw new Error(`There is no planted fault ${name}`);
  return { ...fault, plant: (source) => plant(fault, source) };
}

function plant({ name, file, replace, by }: PlantedFault, source: string): string {
  const pieces = source.split(replace);
  if (pieces.length !== 2)
    throw new Error(`${name}: the text stands ${pieces.length - 1} times in ${file}, and not once`);
  return pieces.join(by);
}
