import * as z from 'zod';
import { selectorSchema } from '../organization/selector.ts';
import { grantNamePattern } from '../policy/owned.ts';

/** The accounts that host what others need. */
export const centralAccountNames = ['log', 'security', 'shared', 'configuration'] as const;

export type CentralAccountName = (typeof centralAccountNames)[number];

/** Text of one form; `what` names the form, whatever stands there instead. */
export const text = (pattern: RegExp, what: string) => z.string(what).regex(pattern, what);

export const region = text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-west-1');

/** What every grant says, whatever its kind. */
export const grantEntryFields = {
  /** Part of the Sids that we write, so renaming a grant replaces its statements. */
  name: text(grantNamePattern, 'lower-case words joined by hyphens, such as cloudtrail-logs').max(
    40,
    'at most 40 characters, since the name becomes part of Sids',
  ),
  account: z.enum(centralAccountNames),
  /** Default: the central account's region. */
  region: region.optional(),
  for: selectorSchema,
};

const grantEntrySchema = z.object({ ...grantEntryFields, kind: z.string() });

export type GrantEntry = z.infer<typeof grantEntrySchema>;

/** A list in which nothing is named twice: a resource that is named twice would get each statement twice. */
export const eachOnce = <T extends z.ZodType<string>>(element: T, empty: string) =>
  z
    .array(element)
    .min(1, empty)
    .refine((names) => new Set(names).size === names.length, 'must name each only once');

/** A role's name in an ARN, with its path if it has one: `people/ReadOnly`. */
export const rolePattern = /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** Role names, with `*` as in IAM: narrows a grant to some roles of the account. */
export const roleNames = eachOnce(
  text(/^([\w+=,.@*-]+\/)*[\w+=,.@*-]{1,128}$/, 'a role name, with its path if it has one; * is a wildcard'),
  'must name at least one role; leave it out to mean all roles',
);
