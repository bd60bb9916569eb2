import type { Configuration } from '../../shared/configuration/schema.ts';
import type { Installation } from '../installation.ts';

export interface DoctorContext {
  readonly installation: Installation;
  readonly configuration: Configuration;
  /** The configuration file, as the operator typed it. */
  readonly file: string;
}

/** Why a prerequisite is not met. */
export interface Problem {
  readonly message: string;
  /** The command that fixes it, or what to do if no command can. */
  readonly fix: string;
}

/** Something that a run needs in order to succeed. */
export interface Prerequisite {
  readonly name: string;
  /** Prerequisites that must be met before this one can be checked. */
  readonly needs: readonly string[];
  /**
   * Only reads. Returns no problem if the prerequisite is met. May throw an error of AWS: then `fix` says what to do.
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
 * Checks each prerequisite in order. If one is not met, those that need it are not checked, so that only the cause is
 * reported.
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
