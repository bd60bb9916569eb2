import { isMember } from '../../shared/accounts/membership.ts';
import { type Statement, toArray, toPrincipalMap } from '../../shared/iam/document.ts';
import type { Sender } from '../../shared/iam/narrow-statement.ts';
import type { StatementGap } from '../../shared/iam/statement-gaps.ts';
import { type Account, formatAccounts } from '../../shared/platform/account.ts';
import type { Proof } from '../../shared/reconcile/adoption/proof.ts';
import { formatCount } from '../output.ts';

interface ProvenStatement {
  readonly statement: Statement;
  /** The account of the resource. */
  readonly ownerId: string;
}

/** The result of a proof in words, as the end of a sentence about the statement. */
export function formatProof(
  proof: Proof,
  accounts: readonly Account[],
  { statement, ownerId }: ProvenStatement,
): string {
  switch (proof.verdict) {
    case 'proven':
      return (
        `without it, nobody's access changes: the policy engine gives equal answers to ` +
        `${formatCount(proof.requests, 'request')} of ${formatCount(proof.accounts, 'account')}`
      );
    case 'changes':
      return formatGaps(proof.gaps, accounts) + describeOwnerGap(proof.gaps, { statement, ownerId });
    case 'unknown':
      return proof.reason;
  }
}

/** A statement with a wildcard admits the owner's principals directly. A grant names the root of the owner. */
function describeOwnerGap(gaps: readonly StatementGap[], { statement, ownerId }: ProvenStatement): string {
  const { '*': everybody, AWS = [] } = toPrincipalMap(statement.Principal ?? {});
  const isOpen = everybody !== undefined || toArray(AWS).includes('*');
  return isOpen && gaps.every(({ sender: { accountId } }) => accountId === ownerId)
    ? '. This account owns the resource, and the statement lets its principals use it without a policy of their own'
    : '';
}

/** `only this statement allows s3:GetObject to orders-production (555566667777)` */
function formatGaps(gaps: readonly StatementGap[], accounts: readonly Account[]): string {
  const [first] = gaps;
  if (first === undefined) return '';
  const actions = [...new Set(gaps.map(({ action }) => action))];
  const senders = [
    ...new Set(gaps.filter(({ action }) => action === first.action).map(({ sender }) => sender)),
  ];
  const more = actions.length === 1 ? '' : ` and ${formatCount(actions.length - 1, 'other action')}`;
  return `only this statement allows ${first.action}${more} to ${formatSenders(senders, accounts)}`;
}

function formatSenders(senders: readonly Sender[], accounts: readonly Account[]): string {
  const services = [...new Set(senders.flatMap(({ service }) => service ?? []))];
  if (services.length > 0)
    return `${services.join(', ')} for ${formatPlaces(
      senders.filter(({ type }) => type === 'service'),
      accounts,
    )}`;
  const named = senders.filter(({ type }) => type === 'account');
  return named.length === 0 ? 'anonymous callers' : formatPlaces(named, accounts);
}

function formatPlaces(senders: readonly Sender[], accounts: readonly Account[]): string {
  const ids = new Set(senders.flatMap(({ accountId }) => accountId ?? []));
  const registered = accounts.filter(({ id }) => ids.has(id));
  const members = registered.filter(isMember);
  const known = new Set(accounts.map(({ id }) => id));
  const strangers = [...ids].filter((id) => !known.has(id));
  const parts = [
    ...(strangers.length > 0 ? [formatStrangers(strangers)] : []),
    ...(members.length > 0 ? [formatAccounts(members)] : []),
    ...(registered.length > members.length
      ? [`${formatAccounts(registered.filter((account) => !isMember(account)))}, which is not active`]
      : []),
  ];
  return parts.length === 0 ? 'requests that name no account' : parts.join(', and to ');
}

/** Names accounts outside the registry. The id `000000000000` stands for every account that no statement names. */
const formatStrangers = (ids: readonly string[]): string =>
  ids.includes('000000000000')
    ? 'any account of the world'
    : `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}, outside the organization`;
