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
 * Errors of a planned resource that stay until an operator acts. While one of them stays, the resource reports no other
 * error.
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

/** Whether the blocked removals are the error itself, made by `createBlockedRemovalsError`. */
const isBlocking = (error: OnboardingError): boolean =>
  error instanceof UnsafeChangeError && error.fields.accountIds !== undefined;

/** The accounts whose removal is blocked, read from an error. */
export function getBlockedRemovals(error: unknown): readonly string[] {
  if (!(error instanceof OnboardingError)) return [];
  const { accountIds, blockedRemovals } = error.fields;
  const ids = isBlocking(error) ? accountIds : blockedRemovals;
  return Array.isArray(ids) ? ids.map(String) : [];
}

/**
 * Adds the blocked removals to the text and the fields of an error, so that one error states both reasons.
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
  // This function had already added other accounts to the error. Start again from the original error, which is the
  // cause.
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

/** The changes that a plan does not make for now, each with its reason. */
interface Undone {
  readonly blocked: readonly string[];
  readonly refused?: OnboardingError;
}

export const toUndone = ({ holds, refused }: Pick<ResourcePlan, 'holds' | 'refused'>): Undone => ({
  blocked: listHeldAccounts(holds, 'removal-limit'),
  ...(refused && { refused }),
});

/**
 * Adds to the error of an attempt the changes that the plan would not make anyway: blocked removals, and accounts
 * without room.
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
