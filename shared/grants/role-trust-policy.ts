import { GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import * as z from 'zod';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import { textSchema } from '../platform/schema-fields.ts';
import type { GrantContext, GrantKind, Permission, ResourceRef, ResourceSearch } from './contract.ts';
import { listGlobalPlaces } from './discovery.ts';
import { createDocumentKind } from './document-kind.ts';
import type { DocumentState } from './document-rendering.ts';
import {
  checkMatch,
  externalIdSchema,
  grantEntryFields,
  principalFields,
  roleFields,
  rolePattern,
} from './grant-schema.ts';
import { listEntityArns } from './managed-policy-permissions.ts';
import { listRoleNames } from './member-roles/references.ts';
import { toWildcardRef } from './permissions.ts';
import { createPrincipalParts, createRoleAccesses } from './principals.ts';

const schema = z
  .strictObject({
    ...grantEntryFields,
    ...principalFields,
    kind: z.literal('role-trust-policy'),
    /**
     * The central account's role that the accounts may assume, with its path: `account-onboarding/ConfigurationReader`.
     */
    role: textSchema(rolePattern, 'the name of a role, with its path if it has one'),
    /** The roles of the accounts that may assume the central role. Default: all roles. */
    ...roleFields,
    externalId: externalIdSchema.optional(),
  })
  .check(checkMatch);

type Entry = z.infer<typeof schema>;

const nameOf = ({ id }: ResourceRef): string => id.split('/').at(-1) ?? id;

/**
 * GetRole finds a role by its name, whatever its path. If its path is not the configured one, it is another role: it
 * must not get the trust, and callers would use another ARN.
 */
function requirePath({ accountId, id }: ResourceRef, found: string | undefined): void {
  if (found?.endsWith(`:role/${id}`)) return;
  throw new ResourceMissingError(
    `The role ${id} does not exist in account ${accountId}: the role ${found} has its name. Nothing was changed. ` +
      'Change `role` of the grant to the path of this role, or make the role with that path',
    { role: id, accountId, found },
  );
}

const roleArn = ({ accountId, id }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:iam::${accountId}:role/${id}`;

const externalIdKey = 'sts:ExternalId';

/** Size limit of a trust policy: IAM user guide, "IAM and AWS STS quotas". */
const kind = createDocumentKind<Entry>({
  name: 'role-trust-policy',
  title: 'Role trust policy',
  resourceType: 'role',
  policyKind: 'trust',
  schema,
  actions: { read: ['iam:GetRole'], write: ['iam:UpdateAssumeRolePolicy'] },
  getLimit: ({ roleTrustPolicyCharacters }) => roleTrustPolicyCharacters,
  setting: 'roleTrustPolicyCharacters',
  unit: 'characters',
  packings: ['listed'],
  listIds: ({ role }) => [role],
  formatArn: roleArn,
  // A statement needs no `Resource`, because a trust policy applies to its own role (IAM user guide, "IAM JSON policy
  // elements: Resource").
  createStatements: (request) => {
    const { externalId } = request.entry;
    return createPrincipalParts(request, {
      part: 'assume',
      statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        ...(externalId === undefined ? {} : { Condition: { StringEquals: { [externalIdKey]: externalId } } }),
      },
      roles: listRoleNames(request.entry, request.context),
    });
  },
  listAccesses: (entry, account, ref, context) =>
    createRoleAccesses(entry, account, context, {
      what: `assume the role ${ref.id}`,
      action: 'sts:AssumeRole',
      resource: roleArn(ref, context),
      context: entry.externalId === undefined ? {} : { [externalIdKey]: entry.externalId },
    }),
  // IAM returns the document with URL encoding (IAM API reference, "Role").
  read: async ({ iam }, ref) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: nameOf(ref) }));
    requirePath(ref, Role?.Arn);
    const encoded = Role?.AssumeRolePolicyDocument;
    const text = encoded === undefined ? undefined : decodeURIComponent(encoded);
    return { text, identity: Role?.RoleId };
  },
  write: ({ iam }, ref, PolicyDocument) =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: nameOf(ref), PolicyDocument })),
});

/**
 * The spoke role may read the role under any path, so that a message can name its real path. It may write only the role
 * with the configured path.
 */
function listPermissions(on: ResourceRef | ResourceSearch, context: GrantContext): readonly Permission[] {
  const ref = toWildcardRef(on);
  const { read, write } = kind.actions;
  return [
    { actions: read, resources: listEntityArns({ ...ref, id: `role/${nameOf(ref)}` }, context) },
    { actions: write, resources: [roleArn(ref, context)] },
  ];
}

const listResources = (entry: Entry, context: GrantContext): readonly ResourceRef[] =>
  listGlobalPlaces(entry, context).map((accountRegion) => ({
    kind: kind.name,
    id: entry.role,
    ...accountRegion,
  }));

export const roleTrustPolicy: GrantKind<Entry, DocumentState> = {
  ...kind,
  listResources,
  listPermissions,
  listMemberStatements: (entry, context) => [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: listResources(entry, context).map((ref) => roleArn(ref, context)),
    },
  ],
};
