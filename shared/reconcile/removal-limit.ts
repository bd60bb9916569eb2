import { UnsafeChangeError } from '../grants/errors.ts';
import type { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { formatBlockedRemovals, type RemovalScope } from './hold-text.ts';

/**
 * The error that reports blocked removals to an operator.
 * @param tooLarge why new accounts wait until the removals are made. Absent if all new accounts fit
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

const notBeside = '. New accounts that do not fit beside them wait';
