import type { Command } from 'commander';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import {
  type AccountNames,
  formatAccount,
  formatAccountId,
  formatAccounts,
  maxNamed,
} from '../../shared/platform/account.ts';
import { listWhoCan, type WhoCan, type WhoCanEntry } from '../../shared/reconcile/who-can.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { createRunId, openEnvironment } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Colors, type Output, wrapText } from '../output.ts';
import { readAccountNames } from '../records.ts';
import { collect, parseAction, parseContext, parseResource } from '../request-options.ts';
import { printTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface WhoCanOptions extends CommonOptions {
  readonly resource?: string;
  readonly action?: string;
  readonly context?: readonly string[];
  readonly without?: readonly string[];
  readonly simulate?: boolean;
}

export const createWhoCanCommand = (context: CommandContext): Command =>
  createCommand('who-can')
    .option('--resource <arn>', 'required: the resource')
    .option('--action <action>', 'only this action, with the answer of the policies to each principal')
    .option('--context <key=value>', 'a condition key of the request; may be repeated', collect)
    .option('--without <key>', 'a condition key that the request does not have; may be repeated', collect)
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<WhoCanOptions>(context, whoCan));

async function whoCan(options: WhoCanOptions, session: Session): Promise<ExitCode> {
  const resource = parseResource(options.resource);
  if (resource === '*') throw new UsageError("--resource '*': name one resource");
  const action = options.action === undefined ? undefined : parseAction(options.action);
  const context = parseContext(options.context, options.without);
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const { services } = await openEnvironment(session, {
    configuration,
    simulate: options.simulate === true,
    memoryAllowed: true,
    onboarded: true,
  });
  const answer = await listWhoCan(services, { runId: createRunId('who-can'), resource, action, context });
  const complete = answer.unread.length === 0;
  session.out.result({ status: complete ? 'listed' : 'incomplete', resource, ...answer });
  const names = await readAccountNames(services.store, answer.ownerId === undefined ? [] : [answer.ownerId]);
  printWhoCan(session.out, resource, answer, names);
  return complete ? exitCodes.succeeded : exitCodes.changesPending;
}

function printWhoCan(out: Output, resource: string, answer: WhoCan, names: AccountNames): void {
  const { entries, denials, unread, missing, ownerId, action } = answer;
  const print = (text: string) => {
    for (const line of wrapText(text, out.width - 2)) out.line(`  ${line}`);
  };
  out.line(`${out.colors.bold(resource)}${action === undefined ? '' : ` ${action}`}`);
  if (entries.length === 0) print(missing ?? 'No statement that was read allows any principal to use it.');
  printTable(out, toRows(entries, out.colors));
  out.line();
  if (isFolded(entries)) print('Long lists of accounts are shortened. --json has every account.');
  if (denials.length > 0)
    print(
      `Statements that deny something: ${denials.join('; ')}.${action === undefined ? ' Add --action to see what they deny.' : ''}`,
    );
  if (ownerId !== undefined)
    print(
      `Identity policies of its own account ${formatAccountId(ownerId, names)} may give access, too. They are not read.`,
    );
  print('For a principal of another account, its own policies decide, too. Run: onboarding explain');
  for (const { kind, of, reason } of unread)
    print(out.colors.yellow(`not read: ${kind} of ${of}: ${reason}`));
}

/** Puts accounts with equal access by the same statement into one row. */
const groupAlike = (entries: readonly WhoCanEntry[]): readonly (readonly WhoCanEntry[])[] => [
  ...Map.groupBy(entries, ({ accountId: _, accountName: _name, ...rest }) => JSON.stringify(rest)).values(),
];

const isFolded = (entries: readonly WhoCanEntry[]): boolean =>
  groupAlike(entries).some((group) => group.length > maxNamed);

function toRows(entries: readonly WhoCanEntry[], colors: Colors): readonly (readonly string[])[] {
  return groupAlike(entries).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { status, reason, policy, statement } = first;
    const paint = {
      allowed: colors.green,
      denied: colors.red,
      unknown: colors.yellow,
      named: colors.dim,
      unlisted: colors.yellow,
    };
    const where = statement === undefined ? policy : `${policy}, ${statement}`;
    return [
      [paint[status](status), formatHolders(group), formatSource(first), where, colors.dim(reason ?? '')],
    ];
  });
}

function formatHolders(group: readonly WhoCanEntry[]): string {
  const accounts = group.flatMap(({ accountId: id, accountName: name = '' }) =>
    id === undefined ? [] : [{ id, name }],
  );
  const [only] = accounts;
  const of = accounts.length === 1 && only !== undefined ? formatAccount(only) : formatAccounts(accounts);
  const [
    { role, user, group: people, service, organization, other, everybody } = {} as Partial<WhoCanEntry>,
  ] = group;
  const principal =
    organization === undefined ? of : `every account of ${organization}, which no statement lists`;
  const within = principal === '' ? '' : ` of ${principal}`;
  if (role !== undefined) return `role ${role}${within}`;
  if (user !== undefined) return `user ${user}${within}`;
  if (people !== undefined) return `people of group ${people}${within}`;
  if (service !== undefined) return principal === '' ? service : `${service} for ${principal}`;
  if (everybody) return 'everybody, within the conditions of the statement';
  return other ?? principal;
}

function formatSource({ grant, memberRole, managed }: WhoCanEntry): string {
  if (grant !== undefined) return `grant ${grant}`;
  if (memberRole !== undefined) return `member role ${memberRole}`;
  return managed ? 'former grant' : 'unmanaged';
}
