import type { EntryWarning } from '../grants/contract.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { getBareName, listMemberRoleReferences } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import { getTrust } from '../grants/member-roles/trust.ts';
import { adviseQuotaIncrease } from '../grants/quotas.ts';
import { measurePolicy } from '../iam/size.ts';
import { accountIdPattern } from '../platform/account.ts';
import { findNearestWord } from '../platform/nearest-name.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import { getGrantContext } from './context.ts';
import { checkMemberRoleOus } from './member-role-ous.ts';
import { createMemberRolePolicies } from './member-role-policies.ts';
import { type PathFinding, suggestWord } from './messages.ts';
import type { Configuration } from './schema.ts';

/**
 * Mistakes under `memberRoles`, and in grants that name member roles. Every role that a grant names must be described.
 */
export const checkMemberRoles = (configuration: Configuration): readonly PathFinding[] => {
  const { memberRoles = [] } = configuration;
  const trusted = memberRoles.flatMap((role, index) =>
    [...findUnknownAccount(role, configuration), ...findTakenName(role, configuration)].map(
      ({ path, message }) => ({ path: ['memberRoles', index, ...path], message }),
    ),
  );
  // With a wrong trusted account, no policy can be rendered. So this mistake is reported alone.
  if (trusted.length > 0) return trusted;
  return [
    ...memberRoles.flatMap((role, index) =>
      findOversize(role, configuration).map(({ field, message }) => ({
        path: ['memberRoles', index, field],
        message,
      })),
    ),
    ...unsuitableRoles(configuration),
    ...checkMemberRoleOus(configuration),
  ];
};

function findUnknownAccount(role: MemberRole, { centralAccounts }: Configuration): readonly PathFinding[] {
  const trust = getTrust(role);
  if (trust.type === 'service') return [];
  const { account, roles } = trust;
  const names = Object.entries(centralAccounts).flatMap(([name, each]) => (each === undefined ? [] : [name]));
  if (names.includes(account) || (roles !== undefined && accountIdPattern.test(account))) return [];
  const other = roles !== undefined ? ', or an account id in quotes' : '';
  const message = `must be one of centralAccounts, which are ${names.join(', ')}${other} (it is "${account}")`;
  return [{ path: ['trusts', 'account'], message: message + suggestWord(findNearestWord(account, names)) }];
}

/**
 * A role of the configuration in central accounts that has the name of a member role. StackSets also deploy to central
 * accounts, and IAM compares names without paths and case.
 */
function findTakenName({ name }: MemberRole, configuration: Configuration): readonly PathFinding[] {
  const { spokeRole, applications = [], centralAccounts } = configuration;
  const taken = [
    { what: 'spokeRole', role: spokeRole },
    ...Object.entries(centralAccounts).map(([account, { role }]) => ({
      what: `centralAccounts.${account}.role`,
      role,
    })),
    ...applications.map(({ readerRole }, index) => ({
      what: `applications[${index}].readerRole`,
      role: readerRole,
    })),
  ].find(({ role }) => role !== undefined && nameKey(role) === nameKey(name));
  if (taken === undefined) return [];
  const message = `must be unique: ${taken.what} has this name in a central account, whatever its path`;
  return [{ path: ['name'], message }];
}

const nameKey = (name: string): string => getBareName(name).toLowerCase();

/** An invented account, used to measure sizes. Account ids are equally long, and this DNS suffix is the longest. */
const anyPlace = { accountId: '111122223333', dnsSuffix: getPartitionFacts('aws-cn').dnsSuffix };

/** How many characters all inline policies of a role may have together (IAM user guide, "IAM and AWS STS quotas"). */
const inlineLimit = 10_240;

function findOversize(role: MemberRole, configuration: Configuration): readonly EntryWarning[] {
  const { trust, inline, managedPolicies } = createMemberRolePolicies(role, configuration, anyPlace);
  const { roleTrustPolicyCharacters, managedPoliciesPerRole } = configuration.limits;
  const trustSize = measurePolicy(trust, 'characters');
  const inlineSize = Object.values(inline).reduce((sum, each) => sum + measurePolicy(each, 'characters'), 0);
  return [
    ...(trustSize <= roleTrustPolicyCharacters
      ? []
      : [
          {
            field: 'trusts',
            message:
              `must be shorter: the trust policy would have ${trustSize} characters, and limits.roleTrustPolicyCharacters is ` +
              `${roleTrustPolicyCharacters}${adviseQuotaIncrease('roleTrustPolicyCharacters', trustSize)}`,
          },
        ]),
    ...(inlineSize <= inlineLimit
      ? []
      : [
          {
            field: role.statements === undefined ? 'name' : 'statements',
            message:
              `must be shorter: with the statements for its grants, the inline policies of ${role.name} would have ${inlineSize} ` +
              `characters, and IAM allows ${inlineLimit}. Use patterns in the grants, or managedPolicies`,
          },
        ]),
    ...(managedPolicies.length <= managedPoliciesPerRole
      ? []
      : [
          {
            field: 'managedPolicies',
            message:
              `must be at most ${managedPoliciesPerRole} policies, the value of limits.managedPoliciesPerRole` +
              adviseQuotaIncrease('managedPoliciesPerRole', managedPolicies.length),
          },
        ]),
  ];
}

/** Member roles that a grant names but cannot use: they are of the wrong kind, or trust other principals. */
const unsuitableRoles = (configuration: Configuration): readonly PathFinding[] =>
  configuration.grants.flatMap((entry, index) => {
    if (configuration.centralAccounts[entry.account] === undefined) return [];
    if (listMemberRoleReferences(entry).length === 0) return [];
    const context = getGrantContext(configuration);
    const mistakes = getGrantKind(entry.kind).listMemberRoleMistakes?.(entry, context) ?? [];
    return mistakes.map(({ field, message }) => ({ path: ['grants', index, field], message }));
  });
