import * as z from 'zod';
import { type Selector, selectorSchema } from '../accounts/selector.ts';
import { grantNamePattern } from '../iam/managed-statements.ts';
import { centralAccountNames } from '../platform/central-accounts.ts';
import { region, text } from '../platform/schema-fields.ts';
/** What every grant says, whatever its kind. */
export const grantEntryFields = {
  /** Part of the Sids that we write, so renaming a grant replaces its statements. */
  name: text(grantNamePattern, 'lower-case words joined by hyphens, such as cloudtrail-logs').max(
    40,
    'at most 40 characters, since the name becomes part of Sids',
  ),
  account: z.enum(centralAccountNames),
  for: selectorSchema,
};

/** How the accounts of a grant are made known to AWS: each by its id, or all at once by a condition. */
const memberships = ['accounts', 'ou', 'organization'] as const;

export type Membership = (typeof memberships)[number];

/** A field of the kinds and presets that can be held by a condition; goes with `membershipFits`. */
export const membership = z.enum(memberships).default('accounts');

/** The same field of a preset that can not. */
export const accountsOnly = (why: string) =>
  z.literal('accounts', `must be accounts for this preset, since ${why}`).default('accounts');

/** How accounts that are listed may be written. */
const packings = ['principals', 'condition'] as const;

/**
 * Fields of the kinds and presets whose accounts are named by ARNs; goes with `membershipFits`. With `packing: condition`
 * their ids move into a condition where the ARNs do not fit.
 */
export const principalFields = {
  membership,
  /** Default: principals. */
  packing: z.enum(packings).optional(),
};

const grantEntrySchema = z.object({
  ...grantEntryFields,
  kind: z.string(),
  region: region.optional(),
  regions: z.array(region).optional(),
  membership: z.enum(memberships).optional(),
  packing: z.enum(packings).optional(),
});

/** What all kinds have, and what some of them have in the same form. */
export type GrantEntry = z.infer<typeof grantEntrySchema>;

/**
 * A condition of AWS knows the organization and the ids of OUs, and nothing else of a selector. A check of an entry's
 * schema.
 */
export function membershipFits(
  payload: z.core.ParsePayload<Pick<GrantEntry, 'for' | 'membership' | 'packing'>>,
): void {
  const { for: selector, membership: declared, packing } = payload.value;
  if (packing === 'condition' && declared !== 'accounts')
    payload.issues.push({
      code: 'custom',
      path: ['packing'],
      message: `must be left out with membership ${declared}, which lists no accounts`,
      input: payload.value,
    });
  const mistakes: Readonly<Record<Membership, (selector: Selector) => readonly Mistake[]>> = {
    accounts: () => [],
    ou: ouMistakes,
    organization: organizationMistakes,
  };
  for (const { path, message } of mistakes[declared ?? 'accounts'](selector))
    payload.issues.push({ code: 'custom', path: ['for', ...path], message, input: payload.value });
}

interface Mistake {
  readonly path: (string | number)[];
  readonly message: string;
}

const organizationMistakes = ({ all, except }: Selector): readonly Mistake[] => [
  ...(all === true
    ? []
    : [
        {
          path: [],
          message:
            'must be all: true, since membership organization takes in every account; for some of them use ' +
            'membership ou or accounts',
        },
      ]),
  ...leftOut('organization', except === undefined ? {} : { except }),
];

function ouMistakes({ ous, all, ...others }: Selector): readonly Mistake[] {
  if (ous === undefined || all === true)
    return [
      {
        path: [],
        message: 'must name OUs by their ids, such as { ous: [ou-ab12-cd34ef56] }, with membership ou',
      },
    ];
  const names = ous.flatMap((ou, index) => (ou.startsWith('ou-') ? [] : [index]));
  return [
    ...names.map((index) => ({
      path: ['ous', index],
      message:
        'must be the id of an OU, such as ou-ab12-cd34ef56, with membership ou, since a condition of AWS knows no names',
    })),
    ...leftOut('ou', others),
  ];
}

const leftOut = (declared: Membership, fields: Selector): readonly Mistake[] =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field]) => ({
      path: [field],
      message: `must be left out, since membership ${declared} knows no ${field === 'except' ? 'exceptions' : field}`,
    }));

/** A list in which nothing is named twice: a resource that is named twice would get each statement twice. */
export const eachOnce = <T extends z.ZodType<string>>(element: T, empty: string) =>
  z
    .array(element)
    .min(1, empty)
    .refine((names) => new Set(names).size === names.length, 'must name each only once');

/** A field of the kinds whose resources are in regions. Default: the central account's region. */
export const regions = eachOnce(region, 'must name at least one region, or be left out').optional();

/** A role's name in an ARN, with its path if it has one: `people/ReadOnly`. */
export const rolePattern = /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** Role names, with `*` as in IAM: narrows a grant to some roles of the account. */
export const roleNames = eachOnce(
  text(/^([\w+=,.@*-]+\/)*[\w+=,.@*-]{1,128}$/, 'a role name, with its path if it has one; * is a wildcard'),
  'must name at least one role; leave it out to mean all roles',
);
