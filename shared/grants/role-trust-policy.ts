import { GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import * as z from 'zod';
import { textSchema } from '../platform/schema-fields.ts';
import type { GrantContext, GrantKind, ResourceRef } from './contract.ts';
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
import { listRoleNames } from './member-roles/references.ts';
import { createPrincipalParts, createRoleAccesses } from './principals.ts';

const schema = z
  .strictObject({
    ...grantEntryFields,
    ...principalFields,
    kind: z.literal('role-trust-policy'),
    /** The role of the central account, with its path: `account-onboarding/ConfigurationReader`. */
    role: textSchema(rolePattern, 'the name of a role, with its path if it has one'),
    /** Roles of the accounts that may assume it. Default: all roles. */
    ...roleFields,
    externalId: externalIdSchema.optional(),
  })
  .check(checkMatch);

type Entry = z.infer<typeof schema>;

const nameOf = ({ id }: ResourceRef): string => id.split('/').at(-1) ?? id;

const roleArn = ({ accountId, id }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:iam::${accountId}:role/${id}`;

const externalIdKey = 'sts:ExternalId';

/** Limit: IAM user guide, "IAM and AWS STS quotas", role trust policy length. */
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
  // A trust policy is only about its own role and has no Resource (IAM user guide, "IAM JSON policy elements:
  // Resource").
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
    const encoded = Role?.AssumeRolePolicyDocument;
    const text = encoded === undefined ? undefined : decodeURIComponent(encoded);
    return { text, identity: Role?.RoleId };
  },
  write: ({ iam }, ref, PolicyDocument) =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: nameOf(ref), PolicyDocument })),
});

const listResources = (entry: Entry, context: GrantContext): readonly ResourceRef[] =>
  listGlobalPlaces(entry, context).map((place) => ({ kind: kind.name, id: entry.role, ...place }));

export const roleTrustPolicy: GrantKind<Entry, DocumentState> = {
  ...kind,
  listResources,
  listMemberStatements: (entry, context) => [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: listResources(entry, context).map((ref) => roleArn(ref, context)),
    },
  ],
};
