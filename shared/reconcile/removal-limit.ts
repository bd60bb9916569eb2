import { UnsafeChangeError } from '../grants/errors.ts';
import type { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { formatBlockedRemovals, type RemovalScope } from './hold-text.ts';

/**
 * The error that tells an operator which removals are blocked.
 * @param tooLarge why new accounts must wait until the removals are made. Absent if the policy has room for all new
 * accounts
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

const notBeside = '. Meanwhile, some new accounts wait, because the policy has no room for them';
