import * as z from 'zod';
import { selectorSchema } from '../../accounts/selector.ts';
import { accountIdPattern } from '../../platform/account.ts';
import { objectSchema, tagsSchema, textSchema } from '../../platform/schema-fields.ts';
import { externalIdSchema, roleNameSchema, rolePattern, uniqueListSchema } from '../grant-schema.ts';
import { checkFor } from './member-role-selector.ts';
import { identityStatementSchema, policyArnSchema } from './permission-fields.ts';
import { instanceProfileService, trustedServiceNames } from './trusted-services.ts';

/** Fields that every member role has, whatever principal may assume it. */
const memberRoleFields = {
  name: textSchema(rolePattern, 'the name of a role, with its path if it has one, such as people/ReadOnly'),
  /**
   * Which accounts have the role: all except the management account, or the accounts of OUs. A StackSet with automatic
   * deployment reaches exactly these.
   */
  for: selectorSchema.check(checkFor),
  managedPolicies: uniqueListSchema(policyArnSchema, 'must name at least one, or be absent').optional(),
  statements: z
    .array(identityStatementSchema)
    .min(1, 'must have at least one statement, or be absent')
    .optional(),
  permissionsBoundary: policyArnSchema.optional(),
  /** Limits: IAM API reference, "CreateRole". */
  maxSessionSeconds: z.int().min(3_600).max(43_200).default(3_600),
  tags: tagsSchema.optional(),
};

/** For people, who assume the role from a central account. */
const peopleTrust = {
  /** The name of a central account. */
  account: z.string('must be the name of a central account').default('security'),
  mfa: z.boolean().default(true),
  externalId: externalIdSchema.optional(),
};

/**
 * For roles of one account, such as a deployment account. It is given as the name of a central account, or as any
 * account id.
 */
const rolesTrust = {
  account: z
    .string('must be the name of a central account, or an account id in quotes')
    .refine(
      (account) => accountIdPattern.test(account) || !/^\d+$/.test(account),
      'must be an account id of twelve digits in quotes, or the name of a central account',
    ),
  roles: uniqueListSchema(roleNameSchema, 'must name at least one role'),
  externalId: externalIdSchema.optional(),
};

/** The service that may assume the role. `lambda` and `lambda.amazonaws.com` mean the same. */
const serviceSchema = z
  .string('must be a service, such as ec2')
  .transform((service) => service.replace(/\.amazonaws\.com(\.cn)?$/, ''))
  .pipe(
    z.enum(trustedServiceNames, {
      error: `must be a service that assumes roles of applications: one of ${trustedServiceNames.join(', ')}`,
    }),
  );

const peopleRole = objectSchema({
  ...memberRoleFields,
  kind: z.literal('people'),
  trusts: objectSchema(peopleTrust).prefault({}),
});

const { account, roles, externalId } = rolesTrust;

const either = 'name a service, or an account and its roles';

/**
 * For applications: a service or roles of an account may assume the role. This is one object and no union, because the
 * error of a union could not name the wrong key.
 */
const applicationTrust = objectSchema({
  service: serviceSchema.optional(),
  account: account.optional(),
  roles: roles.optional(),
  externalId,
})
  .check(({ value, issues }) => {
    const refuse = (field: keyof typeof value, message: string) =>
      issues.push({ code: 'custom', path: [field], message, input: value[field] });
    if (value.service !== undefined)
      for (const field of ['account', 'roles', 'externalId'] as const)
        if (value[field] !== undefined)
          refuse(field, `must be absent, since ${value.service} assumes the role: ${either}`);
    if (value.service === undefined && value.account === undefined)
      refuse('service', `must be a service that assumes the role: ${either}`);
    if (value.account !== undefined && value.service === undefined && value.roles === undefined)
      refuse('roles', 'must name at least one role');
  })
  .transform(({ service, account = '', roles = [], externalId }) =>
    service === undefined ? { account, roles, externalId } : { service },
  );

const applicationRole = objectSchema({
  ...memberRoleFields,
  kind: z.literal('application'),
  trusts: applicationTrust,
  /** The name of the instance profile. Default: the role's name, if EC2 may assume the role. */
  instanceProfile: textSchema(
    /^[\w+=,.@-]{1,128}$/,
    'the name of an instance profile, without a path',
  ).optional(),
}).refine(
  ({ instanceProfile, trusts }) =>
    instanceProfile === undefined || ('service' in trusts && trusts.service === instanceProfileService),
  {
    message: 'must be absent: only EC2 uses an instance profile',
    path: ['instanceProfile'],
  },
);

const deployerRole = objectSchema({
  ...memberRoleFields,
  kind: z.literal('deployer'),
  trusts: objectSchema(rolesTrust),
});

export const memberRoleSchema = z.discriminatedUnion('kind', [peopleRole, applicationRole, deployerRole]);

/** A role that StackSets create in the member accounts. Grants refer to it by its name. */
export type MemberRole = z.infer<typeof memberRoleSchema>;
