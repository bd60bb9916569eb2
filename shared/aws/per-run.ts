import type { Configuration } from '../configuration/schema.ts';
import type { AwsAccess } from './access.ts';

type MakeAccess = (runId: string, configuration: Configuration) => AwsAccess;

/** A function that is kept warm serves many runs; of these only the latest can still have work. */
const mostRuns = 32;

/** Makes the access of each run once, so that the steps of a run share its clients and its credentials. */
export function perRun(make: MakeAccess): MakeAccess {
  const known = new Map<string, AwsAccess>();
  return (runId, configuration) => {
    const key = JSON.stringify([runId, configuration.partition, configuration.spokeRole]);
    const access = known.get(key) ?? make(runId, configuration);
    known.set(key, access);
    for (const oldest of known.keys()) {
      if (known.size <= mostRuns) break;
      known.delete(oldest);
    }
    return access;
  };
}
