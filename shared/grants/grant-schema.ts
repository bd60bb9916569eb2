import * as z from 'zod';
import { type Selector, selectorSchema } from '../accounts/selector.ts';
import { grantNamePattern } from '../iam/managed-statements.ts';
import { centralAccountNameSchema } from '../platform/central-accounts.ts';
import { regionSchema, textSchema } from '../platform/schema-fields.ts';
/** The fields of every grant, whatever its kind. */
export const grantEntryFields = {
  /**
   * Part of the Sid of each managed statement. So if an operator renames the grant, new statements replace the old
   * ones.
   */
  name: textSchema(grantNamePattern, 'lower-case words joined by hyphens, such as cloudtrail-logs').max(
    40,
    'at most 40 characters, since the name becomes part of Sids',
  ),
  account: centralAccountNameSchema,
  for: selectorSchema,
};

/** How a policy names the accounts of a grant: it lists their ids, or has one condition on OUs or the organization. */
export const matchForms = ['accounts', 'ou', 'organization'] as const;

export type Match = (typeof matchForms)[number];

/**
 * The `match` field of kinds and presets that can use a condition. `checkMatch` checks whether the selector can be a
 * condition.
 */
export const match = z.enum(matchForms).default('accounts');

/**
 * The `match` field of presets that cannot use a condition.
 * @param why the reason, for the message
 */
export const accountsOnly = (why: string) =>
  z.literal('accounts', `must be accounts for this preset, since ${why}`).default('accounts');

/** Where a policy lists account ids: as principals, or in a condition. */
const accountsInForms = ['principals', 'condition'] as const;

/**
 * Fields for kinds and presets that name accounts by ARN. `checkMatch` checks them. With `accountsIn: condition`, the
 * policy lists account ids in a condition when it has no room for the longer ARNs.
 */
export const principalFields = {
  match,
  /** Default: principals. */
  accountsIn: z.enum(accountsInForms).optional(),
};

const grantEntrySchema = z.object({
  ...grantEntryFields,
  kind: z.string(),
  region: regionSchema.optional(),
  regions: z.array(regionSchema).optional(),
  match: z.enum(matchForms).optional(),
  accountsIn: z.enum(accountsInForms).optional(),
  memberRole: z.string().optional(),
  memberRoles: z.array(z.string()).optional(),
});

/** An entry with the fields that all kinds have, and the optional fields that several kinds have. */
export type GrantEntry = z.infer<typeof grantEntrySchema>;

/**
 * Checks that the selector of an entry can be expressed as a condition of AWS. A condition can test the organization
 * and OU ids. It cannot test tags, names or single exceptions.
 */
export function checkMatch(
  payload: z.core.ParsePayload<Pick<GrantEntry, 'for' | 'match' | 'accountsIn'>>,
): void {
  const { for: selector, match: declared, accountsIn } = payload.value;
  if (accountsIn === 'condition' && declared !== 'accounts')
    payload.issues.push({
      code: 'custom',
      path: ['accountsIn'],
      message: `must be absent with match: ${declared}, which lists no accounts`,
      input: payload.value,
    });
  const mistakes: Readonly<Record<Match, (selector: Selector) => readonly Mistake[]>> = {
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
            'must be all: true, since match: organization selects every account; for some accounts use ' +
            'match: ou or accounts',
        },
      ]),
  ...listUnusedFields('organization', except === undefined ? {} : { except }),
];

function ouMistakes({ ous, all, ...others }: Selector): readonly Mistake[] {
  if (ous === undefined || all === true)
    return [
      {
        path: [],
        message: 'must name OUs by their ids, such as { ous: [ou-ab12-cd34ef56] }, with match: ou',
      },
    ];
  const names = ous.flatMap((ou, index) => (ou.startsWith('ou-') ? [] : [index]));
  return [
    ...names.map((index) => ({
      path: ['ous', index],
      message:
        'must be the id of an OU, such as ou-ab12-cd34ef56, with match: ou, because a condition of AWS cannot test names',
    })),
    ...listUnusedFields('ou', others),
  ];
}

const listUnusedFields = (declared: Match, fields: Selector): readonly Mistake[] =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field]) => ({
      path: [field],
      message: `must be absent, because match: ${declared} cannot ${field === 'except' ? 'have exceptions' : `test ${field}`}`,
    }));

/** A list in which no value occurs twice. A resource that is named twice would get each statement twice. */
export const uniqueListSchema = <T extends z.ZodType<string>>(element: T, empty: string) =>
  z
    .array(element)
    .min(1, empty)
    .refine((names) => new Set(names).size === names.length, 'must name each only once');

/** The regions in which an entry's resources are. Default: the region of the central account. */
export const regionsSchema = uniqueListSchema(
  regionSchema,
  'must name at least one region, or be absent',
).optional();

/** The name of a role as in an ARN, with its path if the role has one: `people/ReadOnly`. */
export const rolePattern = /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** The name of a role. `*` is a wildcard, as in IAM. */
export const roleNameSchema = textSchema(
  /^([\w+=,.@*-]+\/)*[\w+=,.@*-]{1,128}$/,
  'a role name, with its path if it has one; * is a wildcard',
);

/** The `roles` field, which narrows a grant to some roles of the account. */
const roleNamesSchema = uniqueListSchema(
  roleNameSchema,
  'must name at least one role; leave it out to mean all roles',
);

/** Names of member roles that the configuration describes, with or without their paths. */
const memberRoleNamesSchema = uniqueListSchema(
  textSchema(rolePattern, 'the name of a member role, with its path or without'),
  'must name at least one member role, or be absent',
);

/**
 * Fields that limit a grant to some roles of the accounts. `memberRoles` names roles that the configuration describes,
 * and `roles` any other roles. Default: the grant is for all roles.
 */
export const roleFields = {
  roles: roleNamesSchema.optional(),
  memberRoles: memberRoleNamesSchema.optional(),
};

/** Length of an external id: IAM user guide, "Access to AWS accounts owned by third parties". */
export const externalIdSchema = textSchema(
  /^[\w+=,.@:/-]{2,1224}$/,
  'an external id: 2 to 1,224 letters, digits and +=,.@:/-',
);
