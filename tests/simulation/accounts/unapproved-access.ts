import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { ActiveConfigurations } from './active-configurations.ts';

/** Whether nobody gets anything unapproved. A grant that a condition holds knows no approval. */
export const asksForAll = ({ approval, grants }: Configuration): boolean =>
  approval !== undefined && grants.every(({ match = 'accounts' }) => match === 'accounts');

/** Whether it asks, and a condition lets accounts in all the same. */
const letsInUnasked = (configuration: Configuration): boolean =>
  configuration.approval !== undefined && !asksForAll(configuration);

/**
 * Whether only approved accounts may be named. An account that a condition once let in unapproved may keep that until
 * an operator allows so many removals.
 */
export const namesOnlyApproved = ({ atWork, had }: ActiveConfigurations): boolean =>
  atWork().every(asksForAll) && !had().some(letsInUnasked);
