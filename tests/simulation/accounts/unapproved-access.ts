import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { ActiveConfigurations } from './active-configurations.ts';

/** Whether no account gets unapproved access. A grant with a condition ignores approval. */
export const asksForAll = ({ approval, grants }: Configuration): boolean =>
  approval !== undefined && grants.every(({ match = 'accounts' }) => match === 'accounts');

/** Whether it asks an operator although a condition admits the accounts. */
const letsInUnasked = (configuration: Configuration): boolean =>
  configuration.approval !== undefined && !asksForAll(configuration);

/**
 * Whether only approved accounts may be named. An account that a condition once admitted unapproved may keep its access
 * until an operator allows so many removals.
 */
export const namesOnlyApproved = ({ atWork, had }: ActiveConfigurations): boolean =>
  atWork().every(asksForAll) && !had().some(letsInUnasked);
