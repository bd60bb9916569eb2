import type { AccessRequest, OrganizationFacts } from '../request.ts';
import { type ContextEntry, type RequestContext, toContextEntries } from './context-entry.ts';
import { deriveKey } from './derived-keys.ts';
import { createRequestFacts, type RequestFacts } from './request-facts.ts';

/** What was given, and what follows from the request. Few statements ask for it, so nothing is made before the first question. */
export function createRequestContext(
  request: AccessRequest,
  organization: OrganizationFacts | undefined,
): RequestContext {
  let entries: Map<string, ContextEntry> | undefined;
  let facts: RequestFacts | undefined;
  return {
    get: (key) => {
      entries ??= new Map(toContextEntries(request.context ?? {}));
      const known = entries.get(key);
      if (known !== undefined) return known;
      facts ??= createRequestFacts(request, organization, new Map(entries));
      const derived = deriveKey(key, facts);
      entries.set(key, derived);
      return derived;
    },
  };
}
