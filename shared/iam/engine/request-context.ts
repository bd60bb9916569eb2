import type { AccessRequest, OrganizationFacts } from '../request.ts';
import { type ContextEntry, type RequestContext, toContextEntries } from './context-entry.ts';
import { deriveKey } from './derived-keys.ts';
import { RequestFacts } from './request-facts.ts';

/**
 * The condition keys of a request: keys that were given, and keys that follow from the request. The latter are computed
 * when a statement first needs them, because few statements do.
 */
export function createRequestContext(
  request: AccessRequest,
  organization: OrganizationFacts | undefined,
): RequestContext {
  let given: ReadonlyMap<string, ContextEntry> | undefined;
  let facts: RequestFacts | undefined;
  return {
    get: (key) => {
      given ??= request.context === undefined ? nothing : toContextEntries(request.context);
      const entry = given.get(key);
      if (entry !== undefined) return entry;
      facts ??= new RequestFacts(request, organization, given);
      return deriveKey(key, facts);
    },
  };
}

const nothing: ReadonlyMap<string, ContextEntry> = new Map();
