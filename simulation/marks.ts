import { deploymentOf } from '../shared/policy/owned.ts';

/** Bears the mark of the simulated deployment, and is never written by it: somebody else has put it there. */
export const clashSid = 'AccountOnboardingsimTheirs';

/** Whether a statement is the deployment's own. */
export const isOurs = (sid: string | undefined, deployment: string): boolean =>
  deploymentOf(sid) === deployment && sid !== clashSid;
