import type { Outcome, ResourceChange } from '../store/ports.ts';

/**
 * Errors by a rule of this project or of AWS. Another attempt ends with the same error until somebody changes
 * something.
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

/** The outcome for an error, in one word. It does not matter whether the plan or the write met the error. */
export function toErrorOutcome(error: unknown): Outcome {
  const name = (error as { readonly name?: unknown } | null)?.name;
  if (name === 'ConflictError') return 'conflict';
  if (name === 'ResourceBusyError') return 'busy';
  return typeof name === 'string' && refusals.has(name) ? 'refused' : 'failed';
}

/**
 * The outcome of a resource. If no step reached the resource after the plan, the error of the plan decides. Without an
 * error, the resource is unchanged.
 */
export const getOutcome = ({ outcome, planned, error }: ResourceChange): Outcome => {
  if (outcome !== undefined) return outcome;
  if (error !== undefined) return toErrorOutcome(error);
  return planned === 'none' ? 'unchanged' : 'failed';
};

/** Whether the run has written the resource, for all or for some accounts. */
export const hasWritten = ({ outcome, wrote }: Pick<ResourceChange, 'outcome' | 'wrote'>): boolean =>
  outcome === 'written' || wrote === true;
