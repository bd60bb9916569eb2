import type { Configuration } from '../configuration/schema.ts';
import { getArnAccount, getArnName } from '../iam/engine/arns.ts';
import type { AccessRequest } from '../iam/request.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listDesiredResources } from './desired-resources.ts';

/** Finds the role of a central account that sends a request, among the resources of grants. */
export interface CallerIndex {
  /** `undefined` if no grant is on the role, so that the project may not read it. */
  find(request: AccessRequest): DesiredResource | undefined;
}

/** IAM has no two roles of one name in an account, whatever their paths. */
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
