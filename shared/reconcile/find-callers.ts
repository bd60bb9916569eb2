import type { Configuration } from '../configuration/schema.ts';
import { getArnAccount, getArnName } from '../iam/engine/arns.ts';
import type { AccessRequest } from '../iam/request.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listDesiredResources } from './desired-resources.ts';

/** Finds the central account's role that sends a request, if a grant is about this role. */
export interface CallerIndex {
  /** `undefined` if no grant is about the role: then the spoke role has no right to read it. */
  find(request: AccessRequest): DesiredResource | undefined;
}

/** Compares names without paths, because IAM has no two roles with the same name in one account. */
export function createCallerIndex(configuration: Configuration): CallerIndex {
  const readable = listDesiredResources(configuration, []).filter(
    ({ kind }) => kind.readPrincipal !== undefined,
  );
  return {
    find: ({ principal }) =>
      principal.type !== 'role'
        ? undefined
        : readable.find(
            ({ ref }) =>
              ref.accountId === getArnAccount(principal.arn) &&
              ref.id === `role/${getArnName(principal.arn)}`,
          ),
  };
}
