import type { AccountCheck } from '../../shared/reconcile/check-account.ts';
import type { AccessStatus } from '../../shared/store/readiness.ts';
import { type Colors, type Output, shorten } from '../output.ts';
import { printTable } from '../table.ts';
import { newAccount } from './scenario.ts';
import { findStatus, type WhoCan } from './who-can.ts';

/** How many columns the text of an access has, on a line of 100 columns. */
const mayWidth = 49;

/** Each access with its central half, its member half, and the result of verification. */
export function printAccesses(out: Output, accesses: readonly WhoCan[], check: AccountCheck): void {
  const { colors } = out;
  const { bold, dim } = colors;
  out.line();
  out.line(
    `${bold('   Both halves of each access')} ${dim('(evaluated from the policies that AWS has now)')}`,
  );
  const statuses = accesses.map((access) => findStatus(check, access));
  const rows = accesses.map((access, index) => toRow(access, statuses[index], colors));
  const heads = ['central', 'member', 'result', 'who', 'may'].map(dim);
  printTable(out, [heads, ...rows]);
  out.line(
    dim('   member: the role in the account, with its trust and its policies; –: the grant names no role'),
  );
  if (statuses.includes('central-only'))
    out.line(dim('   central only: the configuration does not describe the role, so it was not read'));
}

const toRow = (access: WhoCan, status: AccessStatus | undefined, colors: Colors): readonly string[] => {
  const result = (status ?? 'not looked at').replace('-', ' ');
  return [
    mark(access.allowed[1] === true, colors),
    memberMark(access, status, colors),
    status === 'verified' ? colors.green(result) : colors.yellow(result),
    shorten(inShort(access.who), 24),
    shorten(inShort(access.what), mayWidth - Math.max(0, result.length - 'verified'.length)),
  ];
};

/**
 * The mark of the member half: the role in the member account. The result of an access does not say which half is
 * denied. So the mark is known only if the access is verified, or if the central half allows it.
 */
function memberMark(
  { needsMemberRole, allowed }: WhoCan,
  status: AccessStatus | undefined,
  colors: Colors,
): string {
  if (!needsMemberRole) return colors.dim('–');
  if (status === 'verified') return mark(true, colors);
  return status === 'denied' && allowed[1] === true ? mark(false, colors) : colors.yellow('?');
}

/**
 * Shortens a description: without the account, which is in the title already, and with only the first part of a key id.
 */
const inShort = (text: string): string =>
  text
    .replace(new RegExp(`^${newAccount.name} \\(${newAccount.id}\\)$`), 'the account')
    .replace(` of ${newAccount.name} (${newAccount.id})`, '')
    .replace(` in ${newAccount.name} (${newAccount.id})`, '')
    .replaceAll(newAccount.id, '…')
    .replace(/^People of group/, 'Group')
    .replace(/\b([0-9a-f]{8})-[0-9a-f-]{27}\b/, '$1…');

const mark = (allowed: boolean, { green, red }: Colors): string => (allowed ? green('✓') : red('✗'));
