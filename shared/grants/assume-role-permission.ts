import * as z from 'zod';
import type { Statement } from '../iam/document.ts';
import { isSamePolicy } from '../iam/equality.ts';
import { createManagedSid, listManagedStatements } from '../iam/managed-statements.ts';
import { absent, type RequestPrincipal } from '../iam/request.ts';
import type { Account } from '../platform/account.ts';
import { formatAccount } from '../platform/account.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { textSchema } from '../platform/schema-fields.ts';
import type { Access } from './access.ts';
import { getAdmittedAccounts } from './admitted-accounts.ts';
import type { GrantContext, GrantKind, RenderRequest, ResourceRef, Share } from './contract.ts';
import { listGlobalPlaces } from './discovery.ts';
import {
  checkMatch,
  grantEntryFields,
  principalFields,
  rolePattern,
  uniqueListSchema,
} from './grant-schema.ts';
import {
  listAttached,
  type ManagedPolicies,
  readEntityId,
  readManagedPolicies,
  writeManagedPolicies,
} from './managed-policies.ts';
import {
  listEntityArns,
  listManagedPolicyPermissions,
  managedPolicyActions,
} from './managed-policy-permissions.ts';
import { type AssumedRole, getAssumedRole, listAssumedRoleMistakes } from './member-roles/assumed-role.ts';
import { packPolicies } from './policy-bin-packing.ts';
import {
  getOrganizationKeys,
  inCondition,
  joinConditions,
  matchOf,
  restrictToOrganization,
} from './principals.ts';
import { readPrincipal } from './read-principal.ts';
import {
  anyAccount,
  hasAccountIds,
  listRoleAccounts,
  listRoleEntries,
  nameByAccountIds,
  type RoleEntry,
  withRoleEntries,
} from './role-entries.ts';

const entityNames = uniqueListSchema(
  textSchema(/^[\w+=,.@-]{1,64}$/, 'a name without its path, of at most 64 letters, digits and +=,.@-_'),
  'must name at least one, or be absent',
);

const schema = z
  .strictObject({
    ...grantEntryFields,
    ...principalFields,
    kind: z.literal('assume-role-permission'),
    /** The groups and roles of the central account that may assume the role. */
    groups: entityNames.optional(),
    roles: entityNames.optional(),
    /** The role to assume in each account. The configuration describes the role, and whether it requires MFA. */
    memberRole: textSchema(rolePattern, 'the name of a member role, with its path or without').optional(),
    /** Instead of `memberRole`: a role that the configuration does not describe, with its path: `people/ReadOnly`. */
    role: textSchema(rolePattern, 'the name of a role, with its path if it has one').optional(),
    /** Only with `role`: whether the caller must have signed in with MFA. Default: true. */
    mfa: z.boolean().optional(),
  })
  .refine(({ role, memberRole }) => (role === undefined) !== (memberRole === undefined), {
    message:
      'must name a member role of the configuration, or `role` must name a role that the configuration does not describe',
    path: ['memberRole'],
  })
  .refine(({ memberRole, mfa }) => memberRole === undefined || mfa === undefined, {
    message: 'must be absent: the member role says whether MFA is required',
    path: ['mfa'],
  })
  .refine(({ groups, roles }) => groups !== undefined || roles !== undefined, {
    message: 'must name the groups that may assume it, or `roles` must name the roles',
    path: ['groups'],
  })
  .refine(({ roles, role, mfa = true }) => roles === undefined || role === undefined || !mfa, {
    // A session of a role sends no MFA key when it assumes another role (IAM user guide, "MFA-protected API access").
    message:
      'must be false if `roles` may assume: the credentials of a role carry no MFA, so every call would be denied',
    path: ['mfa'],
  })
  .check(checkMatch)
  // The default must be in the entry, because it is part of the stored configurations and of their hashes.
  .overwrite((entry) => (entry.role === undefined ? entry : { ...entry, mfa: entry.mfa ?? true }));

type Entry = z.infer<typeof schema>;

const roleArn = (entry: Entry, accountId: string, context: GrantContext): string =>
  `arn:${context.partition}:iam::${accountId}:role/${getAssumedRole(entry, context).name}`;

const sidOf = ({ name }: Entry, { installationId }: GrantContext): string =>
  createManagedSid({ installationId, grant: name, part: 'assume' });

/**
 * No `BoolIfExists`, because long-term keys send no MFA key and would satisfy it ("MFA-protected API access").
 * `aws:ResourceOrgID` limits a statement about roles of any account to the organization.
 */
function statement(share: Share<Entry>, context: GrantContext, packing: string): Statement {
  const { entry } = share;
  const declared = matchOf(share);
  const listed: Statement = {
    Sid: sidOf(entry, context),
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Resource: [],
    ...joinConditions(
      getAssumedRole(entry, context).mfa ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } : undefined,
      declared === 'accounts'
        ? undefined
        : restrictToOrganization('Resource', { ...share, match: declared, context }),
    ),
  };
  return isByIds(share, packing) ? nameByAccountIds(listed, roleArn(entry, anyAccount, context)) : listed;
}

const isByIds = (share: Share<Entry>, packing: string): boolean =>
  packing === inCondition && share.entry.accountsIn === 'condition' && matchOf(share) === 'accounts';

/** What a grant adds to managed policies: one entry for each account, or one for all if it has a condition. */
function slots(share: Share<Entry>, context: GrantContext, packing: string): readonly RoleEntry[] {
  const { entry, accounts } = share;
  const sid = sidOf(entry, context);
  const ids = matchOf(share) === 'accounts' ? accounts.map(({ id }) => id) : [anyAccount];
  const text = isByIds(share, packing) ? (id: string) => id : (id: string) => roleArn(entry, id, context);
  return ids.map((accountId) => ({ sid, accountId, text: text(accountId) }));
}

/**
 * Renders the managed policies. Statements name roles by ARN as long as all policies can be attached. If they cannot,
 * and the grants allow it, statements name account ids. They keep this shorter form even if there is room again.
 * Otherwise one account more or less could switch the form, and change every policy each time.
 */
function render(request: RenderRequest<Entry, ManagedPolicies>) {
  const { actual, shares } = request;
  if (!shares.some(({ entry }) => entry.accountsIn === 'condition')) return attempt(request, 'listed');
  const isPacked = listAttached(actual).some(({ document }) => document.Statement.some(hasAccountIds));
  if (isPacked) return attempt(request, inCondition);
  try {
    return attempt(request, 'listed');
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return attempt(request, inCondition);
    throw error;
  }
}

function attempt(request: RenderRequest<Entry, ManagedPolicies>, packing: string) {
  const { ref, actual, shares, context } = request;
  const { retainFormerGrants } = request;
  const kept = retainFormerGrants === undefined ? [] : listFormerStatements(request);
  const entries = kept
    .flatMap(listRoleEntries)
    .filter(({ accountId }) => retainFormerGrants?.without.has(accountId) === false);
  const { policies, size, limit } = packPolicies({
    ref,
    actual,
    slots: [...shares.flatMap((share) => slots(share, context, packing)), ...entries],
    statements: [...shares.map((share) => statement(share, context, packing)), ...templates(kept)],
    context,
  });
  return {
    next: { ...actual, policies },
    owned: policies.map(({ name }) => name),
    size,
    limit,
    unit: 'characters' as const,
    packing: packingText(policies.length, packing),
  };
}

/**
 * The statements of grants that were renamed or removed. A statement without the condition on the organization came
 * from another tool, so it belongs to no grant.
 */
function listFormerStatements({
  actual,
  shares,
  context,
}: RenderRequest<Entry, ManagedPolicies>): readonly Statement[] {
  const current = new Set(shares.map(({ entry }) => sidOf(entry, context)));
  return listAttached(actual).flatMap(({ document }) =>
    listManagedStatements(document, context.installationId).filter(({ Sid = '' }) => !current.has(Sid)),
  );
}

/** One statement for each Sid, because several policies may have a statement with the same Sid. */
const templates = (statements: readonly Statement[]): readonly Statement[] => [
  ...new Map(statements.map((each) => [each.Sid, withRoleEntries(each, [])])).values(),
];

const packingText = (policies: number, packing: string): string =>
  (policies === 1 ? '1 policy' : `${policies} policies`) + (packing === inCondition ? ' by account ids' : '');

/** The statement with the accounts of the assumed roles as its principals, so that these accounts can be listed. */
const toRoles = (given: Statement): Statement => ({
  ...given,
  Principal: { AWS: listRoleAccounts(given).map(({ accountId }) => accountId) },
});

const pickSignIn = ({ mfa, externalId }: AssumedRole) => ({ mfa, externalId });

const isGroup = ({ id }: ResourceRef): boolean => id.startsWith('group/');

function accesses(
  entry: Entry,
  account: Account,
  ref: ResourceRef,
  context: GrantContext,
): readonly Access[] {
  const [, name] = ref.id.split('/');
  const assumed = getAssumedRole(entry, context);
  return [
    {
      who: `${isGroup(ref) ? 'People of group' : 'Role'} ${name}`,
      what: `assume ${assumed.name} in ${formatAccount(account)}${assumed.mfa ? ' with MFA' : ''}`,
      request: {
        principal: toAssuming(ref, assumed, context),
        action: 'sts:AssumeRole',
        resource: roleArn(entry, account.id, context),
        context: {
          'aws:MultiFactorAuthPresent': assumed.mfa ? 'true' : absent,
          ...getOrganizationKeys('Resource', account, context),
          ...toExternalId(entry, assumed.externalId),
        },
      },
      member: { role: assumed.name, part: 'is-assumed' },
      ...(isGroup(ref)
        ? { signIn: { from: ref.accountId, accountName: account.name, ...pickSignIn(assumed) } }
        : {}),
    },
  ];
}

/** The external id of a member role, from the configuration. Any external id for other roles. */
const toExternalId = ({ memberRole }: Entry, externalId: string | undefined) =>
  externalId === undefined && memberRole === undefined ? {} : { 'sts:ExternalId': externalId ?? absent };

/** Who assumes the role: a role of the central account, or any user of a group. */
function toAssuming(
  ref: ResourceRef,
  { nameOf }: AssumedRole,
  { partition }: GrantContext,
): RequestPrincipal {
  const { accountId, id } = ref;
  if (isGroup(ref)) return { type: 'account', accountId };
  const name = id.slice('role/'.length);
  return { type: 'role', arn: `arn:${partition}:iam::${accountId}:role/${nameOf?.(name) ?? name}` };
}

/** Limits of policies and attachments: IAM user guide, "IAM and AWS STS quotas". */
export const assumeRolePermission: GrantKind<Entry, ManagedPolicies> = {
  name: 'assume-role-permission',
  title: 'Permission to assume roles',
  resourceType: 'principal',
  policyKind: 'identity',
  schema,
  actions: managedPolicyActions,
  empty: { policies: [], othersAttached: 0 },
  listResources: (entry, context) =>
    listGlobalPlaces(entry, context).flatMap((accountRegion) =>
      [
        ...(entry.groups ?? []).map((name) => `group/${name}`),
        ...(entry.roles ?? []).map((name) => `role/${name}`),
      ].map((id) => ({ kind: 'assume-role-permission', id, ...accountRegion })),
    ),
  listArns: listEntityArns,
  listPermissions: listManagedPolicyPermissions,
  listAccesses: accesses,
  listMemberRoleMistakes: listAssumedRoleMistakes,
  render,
  listSids: (entry, _, context) => [sidOf(entry, context)],
  listGrantedAccounts: (entry, _, actual, context) => {
    const sid = sidOf(entry, context);
    const ours = listAttached(actual)
      .flatMap(({ document }) => document.Statement)
      .filter(({ Sid }) => Sid === sid);
    return getAdmittedAccounts(ours.map(toRoles));
  },
  isSame: (a, b) =>
    a.policies.length === b.policies.length &&
    a.policies.every((policy) => {
      const other = b.policies.find(({ name }) => name === policy.name);
      return other?.attached === policy.attached && isSamePolicy(other.document, policy.document);
    }),
  toDocuments: (state) =>
    Object.fromEntries(listAttached(state).map(({ name, document }) => [name, document])),
  read: ({ iam }, ref, context) => readManagedPolicies(iam, ref, context),
  readIdentity: ({ iam }, ref) => readEntityId(iam, ref),
  readPrincipal: ({ iam }, ref, context) => readPrincipal(iam, ref, context),
  write: ({ iam }, ref, change, context) => writeManagedPolicies(iam, ref, change, context),
};
