import { pathText } from './messages.ts';
import type { Configuration } from './schema.ts';

/** What a person should know of a grant whose accounts nobody lists. */
export interface MembershipNote {
  /** The grant's name. */
  readonly grant: string;
  /** `grants[2].membership`. */
  readonly path: string;
  readonly note: string;
}

/** One for each grant that is held by a condition on the organization or its OUs, in the configuration's order. */
export const membershipNotes = ({ grants, organization }: Configuration): readonly MembershipNote[] =>
  grants.flatMap(({ name, membership, for: selector }, index) => {
    if (membership === undefined || membership === 'accounts') return [];
    const whom =
      membership === 'organization'
        ? `every account of organization ${organization.id}`
        : `every account in ${(selector.ous ?? []).join(' or ')} or below`;
    return [{ grant: name, path: pathText(['grants', index, 'membership']), note: noteOn(whom) }];
  });

const noteOn = (whom: string): string =>
  `grows by itself: ${whom} has it, also one that is set aside, closed or not yet approved; knows no exceptions`;
