import type { AccessRequest, OrganizationFacts } from '../request.ts';
import { type ContextEntry, type RequestContext, toContextEntries } from './context-entry.ts';
import { deriveKey } from './derived-keys.ts';
import { RequestFacts } from './request-facts.ts';

/**
 * The given keys, and the keys that follow from the request. Few statements need them, so they are derived on first
 * use.
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
