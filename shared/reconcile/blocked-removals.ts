import { UnsafeChangeError } from '../grants/errors.ts';
import { OwnershipClashError } from '../iam/errors.ts';
import {
  AccessDeniedError,
  InvalidPrincipalError,
  PolicyRefusedError,
  PolicyTooLargeError,
  ResourceDisabledError,
} from '../platform/aws/errors.ts';
import { type ErrorFields, OnboardingError, toErrorRecord } from '../platform/errors.ts';
import { ConflictError, OrphanedPrincipalError } from './errors.ts';
import { formatBlockedRemovals, type RemovalScope } from './hold-text.ts';
import { listHeldAccounts } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';
import { createBlockedRemovalsError } from './removal-limit.ts';

/**
 * Errors that stay until an operator acts. A resource with blocked removals reports them together with such an error.
 * All other errors end by themselves.
 */
const lasting = [
  AccessDeniedError,
  ConflictError,
  InvalidPrincipalError,
  OrphanedPrincipalError,
  OwnershipClashError,
  PolicyRefusedError,
  PolicyTooLargeError,
  ResourceDisabledError,
  UnsafeChangeError,
];

interface ResourceScope extends RemovalScope {
  readonly key: string;
}

/**
 * Whether the error was made by `createBlockedRemovalsError`, so that the blocked removals are its subject and no
 * addition.
 */
const isBlocking = (error: OnboardingError): boolean =>
  error instanceof UnsafeChangeError && error.fields.accountIds !== undefined;

/** The accounts with a blocked removal that an error names. */
export function getBlockedRemovals(error: unknown): readonly string[] {
  if (!(error instanceof OnboardingError)) return [];
  const { accountIds, blockedRemovals } = error.fields;
  const ids = isBlocking(error) ? accountIds : blockedRemovals;
  return Array.isArray(ids) ? ids.map(String) : [];
}

/**
 * Adds the blocked removals to the text and the fields of an error, so that one error tells the operator both.
 * @param effect a further sentence about these removals. Default: none
 */
export function withBlockedRemovals(
  error: OnboardingError,
  accountIds: readonly string[],
  scope: ResourceScope,
  effect = '',
): OnboardingError {
  const stated = getBlockedRemovals(error);
  if (accountIds.join() === stated.join()) return error;
  if (isBlocking(error)) return createAgain(error, accountIds, scope);
  // `withBlockedRemovals` has added other accounts to this error before. The error without them is its cause.
  const bare = stated.length > 0 && error.cause instanceof OnboardingError ? error.cause : error;
  if (accountIds.length === 0) return bare;
  const text = [formatBlockedRemovals(accountIds, scope), effect].filter((each) => each !== '').join('. ');
  return extended(bare, text, { blockedRemovals: accountIds });
}

const createAgain = ({ cause }: OnboardingError, accountIds: readonly string[], scope: ResourceScope) =>
  createBlockedRemovalsError(
    scope.key,
    accountIds,
    scope,
    cause instanceof PolicyTooLargeError ? cause : undefined,
  );

/** Changes that are due and that the plan does not make for now. */
interface Undone {
  readonly blocked: readonly string[];
  readonly refused?: OnboardingError;
}

export const toUndone = ({ holds, refused }: Pick<ResourcePlan, 'holds' | 'refused'>): Undone => ({
  blocked: listHeldAccounts(holds, 'removal-limit'),
  ...(refused && { refused }),
});

/**
 * A write has failed. Adds to its error the changes that the plan would not have made anyway: blocked removals, and
 * accounts for which the policy has no room.
 */
export function withOtherReasons(
  error: unknown,
  { blocked, refused }: Undone,
  scope: ResourceScope,
): unknown {
  if (!(error instanceof OnboardingError) || error.fields.besides !== undefined) return error;
  if (refused === undefined || refused.name === error.name) return withBlockedRemovals(error, blocked, scope);
  const { name, message, fields } = toErrorRecord(refused);
  const blockedRemovals = blocked.length === 0 ? {} : { blockedRemovals: blocked };
  return extended(error, message, { besides: { name, message, fields }, ...blockedRemovals });
}

function extended(error: OnboardingError, more: string, fields: ErrorFields): OnboardingError {
  const Type = lasting.find((each) => error instanceof each);
  if (Type === undefined) return error;
  return new Type(`${error.message}. Besides, ${more}`, { ...error.fields, ...fields }, error);
}
