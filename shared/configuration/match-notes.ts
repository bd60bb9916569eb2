import { formatPath } from './messages.ts';
import type { Configuration } from './schema.ts';

/** A note for operators about a grant whose accounts no statement lists. */
export interface MatchNote {
  /** The grant's name. */
  readonly grant: string;
  /** `grants[2].match`. */
  readonly path: string;
  readonly note: string;
}

/** One for each grant with a condition on the organization or its OUs, in the configuration's order. */
export const listMatchNotes = ({ grants, organization }: Configuration): readonly MatchNote[] =>
  grants.flatMap(({ name, match, for: selector }, index) => {
    if (match === undefined || match === 'accounts') return [];
    const accounts =
      match === 'organization'
        ? `every account of organization ${organization.id}`
        : `every account in ${(selector.ous ?? []).join(' or ')} or below`;
    return [{ grant: name, path: formatPath(['grants', index, 'match']), note: noteOn(accounts) }];
  });

const noteOn = (accounts: string): string =>
  `gives access to ${accounts}, new accounts included, also to accounts that are closed, rejected or not yet approved. It has no exceptions`;
