import type { SpokeRoles } from '../central-accounts.ts';
import type { AwsAccess, AwsSettings } from './access.ts';

/** The configured names of the roles that the hub assumes. */
export type RoleSettings = Pick<AwsSettings, 'partition' | keyof SpokeRoles>;

type MakeAccess = (runId: string, settings: RoleSettings) => AwsAccess;

/**
 * For how many runs clients are kept. A Lambda process serves many runs, but only the latest ones can have work left.
 */
const maxRuns = 32;

/** Creates AWS clients once for each run, so that all steps of a run share them and their credentials. */
export function memoizeByRun(make: MakeAccess): MakeAccess {
  const accessByRun = new Map<string, AwsAccess>();
  return (runId, settings) => {
    const { partition, spokeRole, centralAccounts, template } = settings;
    const key = JSON.stringify([runId, partition, spokeRole, centralAccounts, template]);
    const access = accessByRun.get(key) ?? make(runId, settings);
    accessByRun.set(key, access);
    for (const oldest of accessByRun.keys()) {
      if (accessByRun.size <= maxRuns) break;
      accessByRun.delete(oldest);
    }
    return access;
  };
}
