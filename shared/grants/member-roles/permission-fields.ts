import * as z from 'zod';
import { objectSchema, textSchema } from '../../platform/schema-fields.ts';

/**
 * Placeholders for values that differ by account or partition. They are written as `{…}`, because `${…}` is a policy
 * variable of AWS.
 */
const memberPlaceholders = ['accountId', 'partition', 'organizationId'] as const;

const placeholder = /(?<!\$)\{([^{}]*)\}/g;

const knownPlaceholders = (text: string): boolean =>
  [...text.matchAll(placeholder)].every(([, name]) =>
    memberPlaceholders.some((placeholderName) => placeholderName === name),
  );

const placeholderMistake = `must have only these placeholders: ${memberPlaceholders.map((name) => `{${name}}`).join(', ')}`;

/**
 * A text that may contain policy variables of AWS, such as `${aws:PrincipalAccount}`. A pseudo parameter of
 * CloudFormation, such as `${AWS::AccountId}`, is an error: here nothing would replace it.
 */
const valueSchema = z
  .string()
  .min(1)
  .refine(knownPlaceholders, placeholderMistake)
  .refine(
    (text) => !text.includes('${AWS::'),
    'must have {accountId} or {partition} in place of a pseudo parameter of CloudFormation',
  )
  // Characters that IAM allows in a policy document (IAM API reference, "PutRolePolicy").
  .refine(
    (text) => /^[\t\n\r\u0020-\u00FF]*$/.test(text),
    'must have characters of Latin-1 only, as IAM demands',
  );

/**
 * The ARN of a managed policy of AWS, or of a policy that exists in each account. IAM cannot attach a policy of another
 * account.
 */
export const policyArnSchema = textSchema(
  /^arn:([\w-]+|\{partition\}):iam::(aws|\{accountId\}):policy\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/,
  "the ARN of one of AWS's policies, such as arn:aws:iam::aws:policy/ReadOnlyAccess, or of a policy that each account has: " +
    'arn:aws:iam::{accountId}:policy/Boundary',
);

const words = (form: z.ZodType<string>) => z.union([form, z.array(form).min(1, 'must name at least one')]);

const actionSchema = textSchema(/^(\*|[a-z0-9-]+:[\w*?]+)$/i, 'an action, such as s3:GetObject');

const conditionSchema = z
  .record(z.string(), z.record(z.string(), z.union([words(valueSchema), z.boolean(), z.number()])))
  .optional();

const isOneOf = (one: unknown, other: unknown): boolean => (one === undefined) !== (other === undefined);

/** A policy that is attached to a role has no principal (IAM user guide, "IAM JSON policy elements"). */
const noPrincipal = z
  .undefined('absent: the policy of a role names no principal, because the role itself is the principal')
  .optional();

/** A statement of the role's inline policy. */
export const identityStatementSchema = objectSchema({
  Sid: textSchema(/^[A-Za-z0-9]{1,100}$/, 'letters and digits').optional(),
  Effect: z.enum(['Allow', 'Deny']).default('Allow'),
  Action: words(actionSchema).optional(),
  NotAction: words(actionSchema).optional(),
  Resource: words(valueSchema).optional(),
  NotResource: words(valueSchema).optional(),
  Condition: conditionSchema,
  Principal: noPrincipal,
  NotPrincipal: noPrincipal,
})
  .refine(({ Action, NotAction }) => isOneOf(Action, NotAction), {
    message: 'must name the actions, here or in NotAction, and not in both',
    path: ['Action'],
  })
  .refine(({ Resource, NotResource }) => isOneOf(Resource, NotResource), {
    message: 'must name the resources, here or in NotResource, and not in both',
    path: ['Resource'],
  });

export interface MemberPlace {
  readonly accountId: string;
  readonly partition: string;
  readonly organizationId: string;
}

/** Replaces the placeholders in a value. */
export function fillPlaceholders<T>(value: T, place: MemberPlace): T;
export function fillPlaceholders(value: unknown, place: MemberPlace): unknown {
  if (typeof value === 'string') {
    const values = new Map(Object.entries(place));
    return value.replace(placeholder, (text, name: string) => values.get(name) ?? text);
  }
  if (Array.isArray(value)) return value.map((each) => fillPlaceholders(each, place));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillPlaceholders(each, place)]));
}
