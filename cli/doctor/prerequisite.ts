import type { Configuration } from '../../shared/configuration/schema.ts';
import type { Installation } from '../installation.ts';

export interface DoctorContext {
  readonly installation: Installation;
  readonly configuration: Configuration;
  /** The file of the configuration, as the operator names it. */
  readonly file: string;
}

/** Why a prerequisite is not fulfilled. */
export interface Problem {
  readonly message: string;
  /** The command that mends it, or what to do if no command can. */
  readonly fix: string;
}

/** Something that a run needs. */
export interface Prerequisite {
  readonly name: string;
  /** Prerequisites without which this one cannot be checked. */
  readonly needs: readonly string[];
  /**
   * Reads only. Returns no problem if the prerequisite is fulfilled. An error of AWS may be thrown: `fix` then says
   * what to do.
   */
  check(context: DoctorContext): Promise<readonly Problem[]>;
  fix(context: DoctorContext): string;
}

export interface Finding {
  readonly name: string;
  readonly status: 'present' | 'missing' | 'not-checked';
  readonly problems: readonly Problem[];
  /** Why it was not checked. */
  readonly waitsFor?: string;
}

/**
 * Checks each prerequisite in order. A prerequisite that needs a missing one is not checked, so that only the cause is
 * named.
 */
export async function checkPrerequisites(
  prerequisites: readonly Prerequisite[],
  context: DoctorContext,
): Promise<readonly Finding[]> {
  const findings = new Map<string, Finding>();
  for (const prerequisite of prerequisites) {
    const waitsFor = prerequisite.needs.find((name) => findings.get(name)?.status !== 'present');
    findings.set(
      prerequisite.name,
      waitsFor === undefined
        ? toFinding(prerequisite.name, await findProblems(prerequisite, context))
        : { name: prerequisite.name, status: 'not-checked', problems: [], waitsFor },
    );
  }
  return [...findings.values()];
}

const toFinding = (name: string, problems: readonly Problem[]): Finding => ({
  name,
  status: problems.length === 0 ? 'present' : 'missing',
  problems,
});

async function findProblems(prerequisite: Prerequisite, context: DoctorContext): Promise<readonly Problem[]> {
  try {
    return await prerequisite.check(context);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ message, fix: prerequisite.fix(context) }];
  }
}
