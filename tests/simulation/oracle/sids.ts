import type { Statement } from './policies.ts';

/** It has the mark of the simulated installation, but another tool has written it. */
export const clashSid = 'AccountOnboardingsimTheirs';

const upperFirst = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;

/** The common prefix of a grant's Sids: `AccountOnboarding`, the installation, and the grant's name in one word. */
export const sidOfGrant = (installation: string, grant: string): string =>
  `AccountOnboarding${installation}${grant.split('-').map(upperFirst).join('')}`;

/** Whether a statement is managed by the installation. */
export const isManaged = (sid: string | undefined, installation: string): boolean =>
  sid !== undefined &&
  sid !== clashSid &&
  sid.startsWith(`AccountOnboarding${installation}`) &&
  /^[A-Z]/.test(sid.slice(`AccountOnboarding${installation}`.length));

/** The statements of one grant. No name of a simulated grant is a prefix of another. */
export const ofGrant = (
  statements: readonly Statement[],
  installation: string,
  grant: string,
): readonly Statement[] => {
  const beginning = sidOfGrant(installation, grant);
  return statements.filter(
    ({ Sid }) =>
      isManaged(Sid, installation) &&
      Sid?.startsWith(beginning) === true &&
      /^[A-Z0-9]/.test(Sid.slice(beginning.length)),
  );
};

/** The common prefix of the names of grants on keys. */
export const keyGrantMark = (installation: string, grant?: string): string =>
  `account-onboarding/${installation}/${grant === undefined ? '' : `${grant}/`}`;
