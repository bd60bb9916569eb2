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
 * Errors of a planned resource that last until an operator acts. Until then an operator reads no other error about it.
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

/** Whether blocked removals are the reason itself, as `createBlockedRemovalsError` states it. */
const isBlocking = (error: OnboardingError): boolean =>
  error instanceof UnsafeChangeError && error.fields.accountIds !== undefined;

/** The accounts whose removal is blocked, as an error states them. */
export function getBlockedRemovals(error: unknown): readonly string[] {
  if (!(error instanceof OnboardingError)) return [];
  const { accountIds, blockedRemovals } = error.fields;
  const ids = isBlocking(error) ? accountIds : blockedRemovals;
  return Array.isArray(ids) ? ids.map(String) : [];
}

/**
 * The error, with the blocked removals in its text and its fields, so that one reason shows both.
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
  // An error with other accounts was created here, from the error without accounts.
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

/** The changes that a plan holds back, each with its reason. */
interface Undone {
  readonly blocked: readonly string[];
  readonly refused?: OnboardingError;
}

export const toUndone = ({ holds, refused }: Pick<ResourcePlan, 'holds' | 'refused'>): Undone => ({
  blocked: listHeldAccounts(holds, 'removal-limit'),
  ...(refused && { refused }),
});

/**
 * The error that ended an attempt, with the changes that the plan holds back in any case: blocked removals, and
 * additions without room.
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
