import { deploymentOf, ownedSid } from '../shared/policy/owned.ts';

/** Bears the mark of the simulated deployment, and is never written by it: somebody else has put it there. */
export const clashSid = 'AccountOnboardingsimTheirs';

/** Whether a statement is the deployment's own. */
export const isOurs = (sid: string | undefined, deployment: string): boolean =>
  deploymentOf(sid) === deployment && sid !== clashSid;

/** With what the Sids of one grant begin; no name of the simulated grants is the beginning of another. */
export const sidPrefix = (deploymentId: string, grant: string): string =>
  ownedSid({ deploymentId, grant, part: 'x' }).slice(0, -1);
