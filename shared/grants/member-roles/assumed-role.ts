import type { EntryWarning, GrantContext } from '../contract.ts';
import { getMemberRole } from './references.ts';
import { findTrustedName, getTrust, getTrustedAccountId, type TrustedAccount } from './trust.ts';

/** A grant that lets groups or roles of a central account assume a role in each account. */
interface AssumingEntry {
  /** The central account. */
  readonly account: string;
  readonly groups?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly role?: string | undefined;
  readonly memberRole?: string | undefined;
  readonly mfa?: boolean | undefined;
}

export interface AssumedRole {
  /** With its path. */
  readonly name: string;
  readonly mfa: boolean;
  readonly externalId?: string | undefined;
  /**
   * Returns the name, with its path, by which the member role trusts this role of the central account. Default: the
   * name without a path.
   */
  readonly nameOf?: (bareName: string) => string | undefined;
}

/** The role that a grant lets others assume: a member role of the configuration, or any other role. */
export function getAssumedRole(
  { role = '', memberRole, mfa = true }: AssumingEntry,
  context: Pick<GrantContext, 'memberRoles'>,
): AssumedRole {
  if (memberRole === undefined) return { name: role, mfa };
  const member = getMemberRole(memberRole, context);
  const trust = getTrust(member);
  if (trust.type === 'service') return { name: member.name, mfa: false };
  return {
    name: member.name,
    mfa: trust.mfa,
    externalId: trust.externalId,
    nameOf: (bareName) => findTrustedName(trust, bareName),
  };
}

/** Why the member role does not let the entry's groups or roles assume it. */
export function listAssumedRoleMistakes(
  entry: AssumingEntry,
  context: GrantContext,
): readonly EntryWarning[] {
  if (entry.memberRole === undefined) return [];
  const role = getMemberRole(entry.memberRole, context);
  const { name } = role;
  const trust = getTrust(role);
  if (trust.type === 'service') {
    const message = `must be a role that people or roles of an account can assume: only ${trust.service} can assume ${name}`;
    return [{ field: 'memberRole', message }];
  }
  const trusted = { name, ...trust };
  return [
    ...accountMistakes(trusted, entry, context),
    ...mfaMistakes(trusted, entry),
    ...roleMistakes(trusted, entry),
  ];
}

/** A member role that trusts people or roles of an account. */
interface AssumableRole extends TrustedAccount {
  readonly name: string;
}

function accountMistakes(
  role: AssumableRole,
  { account }: AssumingEntry,
  context: GrantContext,
): readonly EntryWarning[] {
  const trusted = getTrustedAccountId(role, context);
  if (trusted === context.centralAccounts[account]?.id) return [];
  const message = `must be a role that trusts the ${account} account: ${role.name} trusts ${role.account}`;
  return [{ field: 'memberRole', message }];
}

function mfaMistakes({ name, mfa }: AssumableRole, { roles }: AssumingEntry): readonly EntryWarning[] {
  if (roles === undefined || !mfa) return [];
  const message = `must be absent: ${name} requires MFA, and the credentials of a role carry no MFA. Name groups, or a deployer role`;
  return [{ field: 'roles', message }];
}

function roleMistakes(role: AssumableRole, { groups, roles = [] }: AssumingEntry): readonly EntryWarning[] {
  if (role.roles === undefined) return [];
  const refused = roles.filter((name) => findTrustedName(role, name) === undefined);
  const only = `${role.name} trusts only the roles ${role.roles.join(', ')} of that account`;
  return [
    ...(groups === undefined ? [] : [{ field: 'groups', message: `must be absent: ${only}` }]),
    ...(refused.length === 0
      ? []
      : [{ field: 'roles', message: `must be without ${refused.join(', ')}: ${only}` }]),
  ];
}
