import { installationName, rolePath } from '../configuration/installation-names.ts';
import { createMemberRolePolicies } from '../configuration/member-role-policies.ts';
import type { MemberStackSet } from '../configuration/member-stack-sets.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getInstanceProfileName } from '../grants/member-roles/instance-profile.ts';
import { getBareName } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import { createPolicy, type PolicyDocument, type Statement } from '../iam/document.ts';
import { substitutePseudoParameters, withPartitionOfStack } from './pseudo-parameters.ts';
import { applyStackOptions } from './stack-options.ts';
import type { Template } from './template.ts';

export interface MemberTemplateRequest {
  readonly configuration: Configuration;
  readonly stackSet: MemberStackSet;
  /** The id of the account with the hub. */
  readonly hubAccountId: string;
  /** ARNs of roles and users that may read the member roles, in addition to the hub's functions. Default: none. */
  readonly operators?: readonly string[];
}

/** CloudFormation's pseudo parameters for values that differ from account to account. */
const pseudoPlace = { accountId: '${AWS::AccountId}', dnsSuffix: '${AWS::URLSuffix}' };
const ownArn = (type: string, name: string): string =>
  `arn:\${AWS::Partition}:iam::${pseudoPlace.accountId}:${type}/${name}`;

/**
 * The template of one StackSet: its member roles, and a reader role that may read exactly these roles. A StackSet
 * deploys the same text to every account. So pseudo parameters stand for values that differ from account to account.
 * Pure.
 */
export function renderMemberTemplate(request: MemberTemplateRequest): Template {
  const { configuration, stackSet } = request;
  const made = stackSet.roles.map((role, index) => ({
    role,
    id: logicalId(stackSet.roles, index),
    policies: withPartitionOfStack(
      createMemberRolePolicies(role, configuration, pseudoPlace),
      configuration.partition,
    ),
  }));
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${stackSet.name}: roles of member accounts; made by onboarding member-template`,
    Resources: {
      ...Object.fromEntries(
        made.flatMap(({ role, id, policies }) => [
          [`${id}Role`, memberRole(role, policies, configuration)],
          ...instanceProfile(role, id),
        ]),
      ),
      MemberRoleReader: readerRole(request, made),
    },
  };
  return applyStackOptions(substitutePseudoParameters(template), configuration);
}

/**
 * The logical id of a role: `people/ReadOnly` → `PeopleReadOnly`. If two roles would get the same id, it is made
 * unique.
 */
function logicalId(roles: readonly MemberRole[], index: number): string {
  const ids = roles.map(({ name }) =>
    name
      .split(/[^A-Za-z0-9]+/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
  );
  const id = ids[index] ?? '';
  const before = ids.slice(0, index).filter((other) => other === id).length;
  return before === 0 ? id : `${id}${before + 1}`;
}

type Policies = ReturnType<typeof createMemberRolePolicies>;

const splitName = (name: string) => ({
  path: `/${name.slice(0, name.length - getBareName(name).length)}`,
  bare: getBareName(name),
});

function memberRole(role: MemberRole, policies: Policies, configuration: Configuration) {
  const { path, bare } = splitName(role.name);
  const { trust, inline, managedPolicies, permissionsBoundary } = policies;
  const own = [
    ['managed-by', 'account-onboarding'],
    ['account-onboarding:installation', configuration.installation],
  ] as const;
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: bare,
      Path: path,
      Description: `Created by account-onboarding, installation ${configuration.installation}; do not edit`,
      AssumeRolePolicyDocument: trust,
      ...(managedPolicies.length === 0 ? {} : { ManagedPolicyArns: managedPolicies }),
      ...(Object.keys(inline).length === 0
        ? {}
        : {
            Policies: Object.entries(inline).map(([PolicyName, PolicyDocument]) => ({
              PolicyName,
              PolicyDocument,
            })),
          }),
      ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }),
      MaxSessionDuration: role.maxSessionSeconds,
      Tags: [...Object.entries(role.tags ?? {}), ...own].map(([Key, Value]) => ({ Key, Value })),
    },
  };
}

function instanceProfile(role: MemberRole, id: string): readonly (readonly [string, object])[] {
  const name = getInstanceProfileName(role);
  if (name === undefined) return [];
  const { path } = splitName(role.name);
  const Properties = { InstanceProfileName: name, Path: path, Roles: [{ Ref: `${id}Role` }] };
  return [[`${id}InstanceProfile`, { Type: 'AWS::IAM::InstanceProfile', Properties }]];
}

interface MadeRole {
  readonly role: MemberRole;
  readonly policies: Policies;
}

/**
 * The reader role, with which the hub verifies member roles. It trusts only the named functions of the hub, and may
 * read only these roles and their policies.
 */
function readerRole(request: MemberTemplateRequest, made: readonly MadeRole[]) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: request.stackSet.name,
      Path: rolePath,
      Description: 'account-onboarding assumes this role to read the member roles of this stack',
      AssumeRolePolicyDocument: readerTrust(request),
      Policies: [{ PolicyName: 'read-member-roles', PolicyDocument: readerPolicy(made) }],
    },
  };
}

/** The functions of the hub that read member roles. */
const readingFunctions = ['verify-access', 'check-member-roles'];

function readerTrust({ configuration, hubAccountId, operators = [] }: MemberTemplateRequest): PolicyDocument {
  const functions = readingFunctions.map(
    (name) =>
      `arn:\${AWS::Partition}:iam::${hubAccountId}:role${rolePath}${installationName(configuration)}-${name}`,
  );
  const accounts = new Set([hubAccountId, ...operators.map((arn) => arn.split(':')[4] ?? '')]);
  const trusting: Statement = {
    Effect: 'Allow',
    Principal: { AWS: [...accounts].map((id) => `arn:\${AWS::Partition}:iam::${id}:root`) },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': configuration.organization.id },
      ArnEquals: { 'aws:PrincipalArn': [...functions, ...new Set(operators)] },
    },
  };
  return { ...createPolicy(), Statement: [trusting] };
}

/**
 * The ARNs of a role with its path and without it. If a role does not exist, IAM checks the permission for the ARN
 * without a path. The reader must also learn that a role does not exist.
 */
const listArns = (type: string, name: string): readonly string[] => [
  ownArn(type, name),
  ownArn(type, getBareName(name)),
];

/**
 * Actions by resource type (Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity
 * and Access Management (IAM)").
 */
function readerPolicy(made: readonly MadeRole[]): PolicyDocument {
  const roles = made.flatMap(({ role }) => listArns('role', role.name));
  const policies = made.flatMap(({ policies: { managedPolicies, permissionsBoundary } }) => [
    ...managedPolicies,
    ...(permissionsBoundary === undefined ? [] : [permissionsBoundary]),
  ]);
  const profiles = made.flatMap(({ role }) => {
    const name = getInstanceProfileName(role);
    return name === undefined
      ? []
      : listArns('instance-profile', `${splitName(role.name).path.slice(1)}${name}`);
  });
  const Statement = [
    {
      actions: ['iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies'],
      resources: roles,
    },
    { actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'], resources: policies },
    { actions: ['iam:GetInstanceProfile'], resources: profiles },
  ].flatMap(({ actions, resources }): readonly Statement[] =>
    resources.length === 0
      ? []
      : [{ Effect: 'Allow', Action: actions, Resource: [...new Set(resources)].sort() }],
  );
  return { ...createPolicy(), Statement };
}
