import { type Finding, OnboardingError } from '../platform/errors.ts';

/** The key of an item of the table. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * An item of the table is in a form that this version does not write: it was edited by hand, or comes from another
 * version.
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

/** The remedy for an item, by its purpose. */
function adviceFor({ pk, sk }: ItemKey): string {
  if (sk === 'LEASE')
    return 'Nobody can write the resource meanwhile. When no run of that version is under way, remove the item';
  if (pk.startsWith('RESOURCE#'))
    return (
      'The resource is left as it is meanwhile. Go back to the version that wrote it, or correct the item, or remove it: ' +
      'then the next run reads the resource anew, and has forgotten who is kept by a grace, and which statements were ours ' +
      'that no grant renders any more'
    );
  if (pk === 'REGISTRY' && sk.startsWith('ACCOUNT#')) return accountAdvice(sk);
  if (pk === 'FOUND')
    return (
      'The resources that the search found stay as they are. The next search that succeeds replaces the item. If no grant ' +
      'has that pattern any more, remove the item'
    );
  if (pk.startsWith('OUTBOX#') || pk === 'OPEN_OUTBOX')
    return 'This delivery does not go on meanwhile. Go back to the version that wrote it, or remove the item and start the deployment again';
  return 'Go back to the version that wrote it, or correct or remove the item';
}

const accountAdvice = (sk: string): string =>
  /^ACCOUNT#\d{12}$/.test(sk)
    ? 'The account keeps the access that it has and gets no other access meanwhile. Run `onboarding import`: it reads the ' +
      'account from Organizations again and replaces the item'
    : 'No account has such an id. Remove the item';
