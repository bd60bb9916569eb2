import type { Outcome, ResourceChange } from '../store/ports.ts';

/** What a rule of the project or of AWS forbids: another attempt ends the same way until somebody changes something. */
const refusals: ReadonlySet<string> = new Set([
  'MalformedPolicyError',
  'OrphanedPrincipalError',
  'OwnershipClashError',
  'PolicyTooLargeError',
  'PolicyRefusedError',
  'RegistryNotReadyError',
  'UnsafeChangeError',
]);

/** How a resource ends with an error: the same word whether it was met by the plan or by the write. */
export function toErrorOutcome(error: unknown): Outcome {
  const name = (error as { readonly name?: unknown } | null)?.name;
  if (name === 'ConflictError') return 'conflict';
  if (name === 'ResourceBusyError') return 'busy';
  return typeof name === 'string' && refusals.has(name) ? 'refused' : 'failed';
}

/** A resource that no step came to after the plan keeps the plan's error; without one it was left as it was. */
export const getOutcome = ({ outcome, planned, error }: ResourceChange): Outcome => {
  if (outcome !== undefined) return outcome;
  if (error !== undefined) return toErrorOutcome(error);
  return planned === 'none' ? 'unchanged' : 'failed';
};

/** Whether the run has written the resource, for all or for some accounts. */
export const hasWritten = ({ outcome, wrote }: Pick<ResourceChange, 'outcome' | 'wrote'>): boolean =>
  outcome === 'written' || wrote === true;
