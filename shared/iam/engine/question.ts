import type { AccessRequest, OrganizationFacts } from '../request.ts';
import type { RequestContext } from './context-entry.ts';
import { createRequestContext } from './request-context.ts';

/** One request, prepared once and then tested against many statements. */
export interface Question {
  readonly request: AccessRequest;
  /** The action in lower case. */
  readonly action: string;
  readonly context: RequestContext;
  /** Whether the caller has a permissions boundary. */
  readonly hasBoundary: boolean;
}

export const createQuestion = (
  request: AccessRequest,
  organization: OrganizationFacts | undefined,
  hasBoundary: boolean,
): Question => ({
  request,
  action: request.action.toLowerCase(),
  context: createRequestContext(request, organization),
  hasBoundary,
});
