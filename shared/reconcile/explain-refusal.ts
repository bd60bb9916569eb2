import { InvalidPrincipalError, PolicyRefusedError } from '../platform/aws/errors.ts';
import type { ResourceChange } from '../store/ports.ts';
import type { ReconcileContext } from './context.ts';
import type { DesiredResource } from './desired-resource.ts';
import { OrphanedPrincipalError } from './errors.ts';
import { findSuspects, formatSuspects, isCertain, type Suspect } from './suspect-statements.ts';

/**
 * Principals in unmanaged statements that may be the reason why AWS rejects a policy. None for kinds that do not send
 * unmanaged statements in a write. This is checked only after a rejection, because not every service rejects a closed
 * account.
 */
export const readSuspects = (
  { desired: { kind }, active, accounts, state }: ReconcileContext,
  actual: unknown,
): readonly Suspect[] =>
  kind.sendsUnmanaged === true
    ? findSuspects(kind.toDocuments(actual, state?.managed.sids), active.configuration.installation, accounts)
    : [];

/** How sure it is that an unmanaged statement causes the rejection. */
export function classifyDoubt(suspects: readonly Suspect[]): 'none' | 'possible' | 'certain' {
  if (suspects.length === 0) return 'none';
  return suspects.some(isCertain) ? 'certain' : 'possible';
}

/**
 * Makes the error for a policy that AWS rejects even without new accounts. If the cause is uncertain, the error can be
 * retried: an account that the policy names may have been closed a moment ago, and the event about the closure may
 * follow.
 */
export function explainRefusal(
  {
    desired: { key },
    revision,
  }: { readonly desired: Pick<DesiredResource, 'key'>; readonly revision: number },
  suspects: readonly Suspect[],
) {
  return (refused: unknown): never => {
    if (!(refused instanceof InvalidPrincipalError)) throw refused;
    const fields = { resource: key, principals: suspects };
    const certain = suspects.filter(isCertain);
    if (certain.length > 0) throw new OrphanedPrincipalError(certainText(key, certain), fields, refused);
    if (refused.fields.ambiguous === true)
      throw new InvalidPrincipalError(
        ambiguousText(refused, suspects),
        { ...refused.fields, ...fields, revision },
        refused,
      );
    if (suspects.length === 0) throw refused;
    throw new InvalidPrincipalError(unknownText(key, suspects), { ...fields, revision }, refused);
  };
}

/**
 * Ends the retries of an error whose cause is uncertain, if no account has changed since the error. AWS would reject
 * the same write again.
 * @throws PolicyRefusedError if AWS named no cause: the document itself may be wrong
 * @throws OrphanedPrincipalError with the text of the first error, if AWS rejected a principal
 */
export function refuseUnlessAccountsChanged({ error }: ResourceChange, revision: number): void {
  if (error?.name !== 'InvalidPrincipalError' || error.fields?.revision !== revision) return;
  const { message, fields } = error;
  if (fields.ambiguous === true) throw new PolicyRefusedError(`${message}. ${documentText}`, fields);
  throw new OrphanedPrincipalError(message, fields);
}

const certainText = (key: string, suspects: readonly Suspect[]): string =>
  `${key}: AWS rejects every write of this policy. The likely cause: ${formatSuspects(suspects)}. The statement is unmanaged, ` +
  'so it was not changed, and nothing was written. Its owner must remove the principal, or name a principal that exists. ' +
  'The next run then writes the pending changes';

const unknownText = (key: string, suspects: readonly Suspect[]): string =>
  `${key}: AWS rejects every write of this policy, even without the new accounts. A possible cause: ` +
  `${formatSuspects(suspects)}. Unmanaged statements were not changed, and nothing was written. Ask the owner of ` +
  'the statement whether the principal exists. If it does, an account that the policy names was probably closed ' +
  'unnoticed: run `onboarding import`, which finds it, and start the run again';

function ambiguousText({ message, cause }: InvalidPrincipalError, suspects: readonly Suspect[]): string {
  const said = cause instanceof InvalidPrincipalError ? cause.message : message;
  const possible = suspects.length === 0 ? '' : ` A possible cause: ${formatSuspects(suspects)}.`;
  return (
    `${said}. AWS rejects the document even without the new accounts.${possible} Nothing was written. If an account that ` +
    'the policy names was closed unnoticed, `onboarding import` finds it; then start the run again'
  );
}

const documentText =
  'No account has changed since AWS rejected the document. If no account in the policy is closed, the document is the cause: compare the ' +
  'statements of the grant, and the unmanaged statements, with what the service accepts';
