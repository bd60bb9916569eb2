import * as z from 'zod';
import { selectorSchema } from '../organization/selector.ts';
import { grantNamePattern } from '../policy/owned.ts';

/** The accounts that host what others need. */
export const centralAccountNames = ['log', 'security', 'shared', 'configuration'] as const;

export type CentralAccountName = (typeof centralAccountNames)[number];

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-west-1');

/** What every grant says, whatever its kind. */
export const grantEntryFields = {
  /** Part of the Sids that we write, so renaming a grant replaces its statements. */
  name: z
    .string()
    .regex(grantNamePattern, 'lower-case words joined by hyphens, such as cloudtrail-logs')
    .max(40, 'at most 40 characters, since the name becomes part of Sids'),
  account: z.enum(centralAccountNames),
  /** Default: the central account's region. */
  region: region.optional(),
  for: selectorSchema,
};

const grantEntrySchema = z.object({ ...grantEntryFields, kind: z.string() });

export type GrantEntry = z.infer<typeof grantEntrySchema>;

/** Role names, with `*` as in IAM: narrows a grant to some roles of the account. */
export const roleNames = z
  .array(
    z.string().regex(/^[\w+=,.@*/-]{1,128}$/, 'a role name, with its path if it has one; * is a wildcard'),
  )
  .min(1, 'name at least one role, or leave `roles` out to mean all');
