import { formatPath } from './messages.ts';
import type { Configuration } from './schema.ts';

/**
 * A note for operators about a grant that has a condition. Its statements list no accounts, so operators cannot see in
 * the policy which accounts have access.
 */
export interface MatchNote {
  /** The grant's name. */
  readonly grant: string;
  /** `grants[2].match`. */
  readonly path: string;
  readonly note: string;
}

/** One note for each grant with a condition on the organization or on OUs, in the order of the configuration. */
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
  `gives access to ${accounts}, without exceptions: also to new accounts, and to accounts that are closed, rejected or not yet approved`;
