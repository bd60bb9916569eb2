import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { StateMachineText } from './state-machine-definition.ts';

/** The state machines in `statemachines/definitions.yml`. */
export const deployedMachines = ['account-onboarding', 'organization-sweep', 'config-deployment'] as const;

export type DeployedMachine = (typeof deployedMachines)[number];

/** Ends of the names of the deployed state machines, after the name of the stack (infrastructure/state-machines.yml). */
export const machineSuffixes: Readonly<Record<DeployedMachine, string>> = {
  'account-onboarding': '',
  'organization-sweep': '-sweep',
  'config-deployment': '-deployment',
};

type Definitions = Readonly<Record<DeployedMachine, StateMachineText>>;

let definitions: Definitions | undefined;

/** The deployed definition, with its `${token}`s. The file is read once: a simulation runs a machine many times. */
export function readDeployedDefinition(machine: DeployedMachine): StateMachineText {
  definitions ??= readDefinitions();
  return definitions[machine];
}

/**
 * The YAML parser limits aliases, because a malicious file could use up the memory. This file is part of the project,
 * so the limit is turned off.
 */
function readDefinitions(): Definitions {
  const text = readFileSync(new URL('../statemachines/definitions.yml', import.meta.url), 'utf8');
  return parse(text, { merge: true, maxAliasCount: -1 });
}
