import { type Finding, OnboardingError } from '../platform/errors.ts';

/** The key of an item of the table. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * An item of the table has a form that this version of the project never writes: somebody edited it, or another version
 * wrote it.
 */
export class StoredItemError extends OnboardingError {
  override readonly name = 'StoredItemError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(tableName: string, { pk, sk }: ItemKey, findings: readonly Finding[]) {
    const listed = findings.map(({ path, message }) => `  ${path || '(item)'}: ${message}`).join('\n');
    super(
      `The item ${pk} / ${sk} of table ${tableName} cannot be understood:\n${listed}\n` +
        `Another version of this project wrote it, or somebody edited it. ${adviceFor({ pk, sk })}`,
      { tableName, pk, sk, findings },
    );
    this.findings = findings;
  }
}

/** Tells an operator what to do about a malformed item. The advice depends on what the item is for. */
function adviceFor({ pk, sk }: ItemKey): string {
  if (sk === 'LEASE')
    return 'When no run of that version is under way, remove the item. Until it is removed, no run can write the resource';
  if (pk.startsWith('RESOURCE#'))
    return (
      'Go back to the version that wrote the item, or correct or remove it. Until then, no run changes the resource. If you ' +
      'remove it, the next run reads the resource again, without knowing its grace periods and its statements of former grants'
    );
  if (pk === 'REGISTRY' && sk.startsWith('ACCOUNT#')) return accountAdvice(sk);
  if (pk === 'FOUND')
    return (
      'The resources that the search has matched stay as they are. The next successful search replaces the item. If no grant ' +
      'has that pattern any more, remove the item'
    );
  if (pk.startsWith('OUTBOX#') || pk === 'OPEN_OUTBOX')
    return 'Go back to the version that wrote the item, or remove it and start the deployment again. Until then, this delivery does not continue';
  return 'Go back to the version that wrote the item, or correct or remove it';
}

const accountAdvice = (sk: string): string =>
  /^ACCOUNT#\d{12}$/.test(sk)
    ? 'Run `onboarding import`: it reads the account from Organizations again and replaces the item. Until then, the ' +
      'account keeps its access and gets no new access'
    : 'No account has such an id. Remove the item';
