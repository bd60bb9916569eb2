import { UnsafeChangeError } from '../grants/errors.ts';
import type { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { formatBlockedRemovals, type RemovalScope } from './hold-text.ts';

/**
 * The error that reports blocked removals to an operator.
 * @param tooLarge why no account is added until the removals are made. Absent if new accounts fit
 */
export const createBlockedRemovalsError = (
  key: string,
  blocked: readonly string[],
  scope: RemovalScope,
  tooLarge?: PolicyTooLargeError,
) =>
  new UnsafeChangeError(
    `${key}: ${formatBlockedRemovals(blocked, scope, tooLarge === undefined ? '' : notBeside)}`,
    { resource: key, accountIds: blocked },
    tooLarge,
  );

const notBeside = '. No account is added, because not all accounts fit into the policy together';
