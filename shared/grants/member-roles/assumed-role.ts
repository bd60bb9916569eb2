import { matchesGlob, parseGlob } from '../../platform/glob.ts';
import type { EntryWarning, GrantContext } from '../contract.ts';
import { getBareName, getMemberRole } from './references.ts';
import type { MemberRole } from './schema.ts';

/** A grant that lets groups or roles of a central account assume a role of each account. */
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
}

/** The role that an entry is for: a member role, or one that others make. */
export function getAssumedRole(
  { role = '', memberRole, mfa = true }: AssumingEntry,
  context: Pick<GrantContext, 'memberRoles'>,
): AssumedRole {
  if (memberRole === undefined) return { name: role, mfa };
  const { name, ...member } = getMemberRole(memberRole, context);
  if (member.kind === 'people') return { name, mfa: member.trusts.mfa, externalId: member.trusts.externalId };
  return {
    name,
    mfa: false,
    ...(member.kind === 'deployer' ? { externalId: member.trusts.externalId } : {}),
  };
}

/** Why the principals that the entry names cannot assume the member role. */
export function listAssumedRoleMistakes(
  entry: AssumingEntry,
  context: GrantContext,
): readonly EntryWarning[] {
  if (entry.memberRole === undefined) return [];
  const role = getMemberRole(entry.memberRole, context);
  if (role.kind === 'application') {
    const message = `must be a role of kind people or deployer: ${role.name} is of kind application, which ${role.trusts.service} alone may assume`;
    return [{ field: 'memberRole', message }];
  }
  return [
    ...accountMistakes(role, entry, context),
    ...(role.kind === 'people' ? peopleMistakes(role, entry) : deployerMistakes(role, entry)),
  ];
}

type AssumableRole = Exclude<MemberRole, { kind: 'application' }>;

/** The id of the account that a role trusts. */
export const getTrustedAccountId = (
  { trusts: { account } }: AssumableRole,
  { centralAccounts }: Pick<GrantContext, 'centralAccounts'>,
): string => centralAccounts[account]?.id ?? account;

function accountMistakes(
  role: AssumableRole,
  { account }: AssumingEntry,
  context: GrantContext,
): readonly EntryWarning[] {
  const trusted = getTrustedAccountId(role, context);
  if (trusted === context.centralAccounts[account]?.id) return [];
  const message = `must be a role that trusts the ${account} account: ${role.name} trusts ${role.trusts.account}`;
  return [{ field: 'memberRole', message }];
}

function peopleMistakes(
  { name, trusts }: Extract<MemberRole, { kind: 'people' }>,
  { roles }: AssumingEntry,
): readonly EntryWarning[] {
  if (roles === undefined || !trusts.mfa) return [];
  const message = `must be absent: ${name} asks for MFA, and the credentials of a role carry none. Name groups, or a deployer role`;
  return [{ field: 'roles', message }];
}

function deployerMistakes(
  { name, trusts }: Extract<MemberRole, { kind: 'deployer' }>,
  { groups, roles = [] }: AssumingEntry,
): readonly EntryWarning[] {
  const trusted = trusts.roles.map((role) => parseGlob(getBareName(role)));
  const refused = roles.filter((role) => !trusted.some((glob) => matchesGlob(glob, role)));
  const only = `${name} trusts only the roles ${trusts.roles.join(', ')} of that account`;
  return [
    ...(groups === undefined ? [] : [{ field: 'groups', message: `must be absent: ${only}` }]),
    ...(refused.length === 0
      ? []
      : [{ field: 'roles', message: `must be without ${refused.join(', ')}: ${only}` }]),
  ];
}
