import { matchesGlob, parseGlob } from '../../platform/glob.ts';
import type { GrantContext } from '../contract.ts';
import { getBareName } from './references.ts';
import type { MemberRole } from './schema.ts';

/** A service that assumes the role for an application. */
interface TrustedService {
  readonly type: 'service';
  /** The service without its suffix, such as `ec2`. */
  readonly service: string;
}

/** An account whose people or roles may assume the role. */
export interface TrustedAccount {
  readonly type: 'account';
  /** The name of a central account, or the id of any account. */
  readonly account: string;
  readonly mfa: boolean;
  readonly externalId?: string | undefined;
  /**
   * Names of the roles, with paths. `*` is a wildcard. Absent if the account's administrators decide who may assume the
   * role.
   */
  readonly roles?: readonly string[];
}

/** Which principal may assume a member role. Pure. */
export function getTrust(role: MemberRole): TrustedService | TrustedAccount {
  switch (role.kind) {
    case 'people':
      return { type: 'account', ...role.trusts };
    case 'deployer':
      return { type: 'account', mfa: false, ...role.trusts };
    case 'application':
      return 'service' in role.trusts
        ? { type: 'service', service: role.trusts.service }
        : { type: 'account', mfa: false, ...role.trusts };
  }
}

/** The id of the account whose people or roles may assume the role. */
export const getTrustedAccountId = (
  { account }: Pick<TrustedAccount, 'account'>,
  { centralAccounts }: Pick<GrantContext, 'centralAccounts'>,
): string => centralAccounts[account]?.id ?? account;

/**
 * The name, with its path, by which a member role trusts a role. Grants name this role without its path. A wildcard in
 * the path matches any path. `undefined` if the member role does not trust it.
 */
export function findTrustedName({ roles = [] }: TrustedAccount, bareName: string): string | undefined {
  const trusted = roles.find((each) => matchesGlob(parseGlob(getBareName(each)), bareName));
  if (trusted === undefined) return undefined;
  const path = trusted.slice(0, trusted.length - getBareName(trusted).length);
  return `${path.replaceAll('*', 'any')}${bareName}`;
}
