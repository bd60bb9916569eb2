import type { Outcome, ResourceChange } from '../store/ports.ts';

/** Errors from a rule of the project or of AWS: another attempt ends equally until somebody changes something. */
const refusals: ReadonlySet<string> = new Set([
  'MalformedPolicyError',
  'OrphanedPrincipalError',
  'OwnershipClashError',
  'PolicyTooLargeError',
  'PolicyRefusedError',
  'RegistryNotReadyError',
  'UnsafeChangeError',
]);

/** The outcome of a resource with an error: one word, whether the plan or the write met the error. */
export function toErrorOutcome(error: unknown): Outcome {
  const name = (error as { readonly name?: unknown } | null)?.name;
  if (name === 'ConflictError') return 'conflict';
  if (name === 'ResourceBusyError') return 'busy';
  return typeof name === 'string' && refusals.has(name) ? 'refused' : 'failed';
}

/** A resource that no step reached after the plan keeps the plan's error. Without an error it was left unchanged. */
export const getOutcome = ({ outcome, planned, error }: ResourceChange): Outcome => {
  if (outcome !== undefined) return outcome;
  if (error !== undefined) return toErrorOutcome(error);
  return planned === 'none' ? 'unchanged' : 'failed';
};

/** Whether the run has written the resource, for all or for some accounts. */
export const hasWritten = ({ outcome, wrote }: Pick<ResourceChange, 'outcome' | 'wrote'>): boolean =>
  outcome === 'written' || wrote === true;
