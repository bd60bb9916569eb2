import type { AccessRequest, OrganizationFacts } from '../request.ts';
import { type ContextEntry, type RequestContext, toContextEntries } from './context-entry.ts';
import { deriveKey } from './derived-keys.ts';
import { RequestFacts } from './request-facts.ts';

/** What was given, and what follows from the request. Few statements ask for it, so nothing is made before the first question. */
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
