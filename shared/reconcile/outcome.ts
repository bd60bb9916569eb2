import type { Outcome, ResourceChange } from '../store/ports.ts';

/**
 * Errors that come from a rule of AWS or of this project. A retry gives the same error until somebody changes the
 * cause.
 */
const refusals: ReadonlySet<string> = new Set([
  'MalformedPolicyError',
  'OrphanedPrincipalError',
  'OwnershipClashError',
  'PolicyTooLargeError',
  'PolicyRefusedError',
  'RegistryNotReadyError',
  'UnsafeChangeError',
]);

/**
 * The outcome of a resource for an error, in one word. The plan and the write give the same outcome for the same error.
 */
export function toErrorOutcome(error: unknown): Outcome {
  const name = (error as { readonly name?: unknown } | null)?.name;
  if (name === 'ConflictError') return 'conflict';
  if (name === 'ResourceBusyError') return 'busy';
  return typeof name === 'string' && refusals.has(name) ? 'refused' : 'failed';
}

/**
 * The outcome of a resource in a run. If nothing was tried after the plan, the plan's error decides. Without an error,
 * the resource is unchanged.
 */
export const getOutcome = ({ outcome, planned, error }: ResourceChange): Outcome => {
  if (outcome !== undefined) return outcome;
  if (error !== undefined) return toErrorOutcome(error);
  return planned === 'none' ? 'unchanged' : 'failed';
};

/** Whether the run has written the resource. True also if it wrote only some of the accounts. */
export const hasWritten = ({ outcome, wrote }: Pick<ResourceChange, 'outcome' | 'wrote'>): boolean =>
  outcome === 'written' || wrote === true;
