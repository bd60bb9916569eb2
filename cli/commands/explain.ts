import type { Command } from 'commander';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { addAccountNames, listAccountIds } from '../../shared/iam/difference-text.ts';
import type { PolicyAnswer } from '../../shared/iam/explain.ts';
import type { AccessRequest, RequestPrincipal } from '../../shared/iam/request.ts';
import type { AccountNames } from '../../shared/platform/account.ts';
import { type AccessExplanation, explainAccess } from '../../shared/reconcile/explain-access.ts';
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
import { collect, parseAction, parseContext, parsePrincipal, parseResource } from '../request-options.ts';
import { printTable } from '../table.ts';
import { printWarnings } from '../warnings.ts';

interface ExplainOptions extends CommonOptions {
  readonly principal?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly context?: readonly string[];
  readonly without?: readonly string[];
  readonly simulate?: boolean;
}

export const createExplainCommand = (context: CommandContext): Command =>
  createCommand('explain')
    .option('--principal <arn>', 'required: a role, user, account id, service or "anonymous"')
    .option('--action <action>', 'required: such as s3:GetObject')
    .option('--resource <arn>', "required: the resource, or '*' for an action without one")
    .option('--context <key=value>', 'a condition key of the request; may be repeated', collect)
    .option('--without <key>', 'a condition key that the request does not have; may be repeated', collect)
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<ExplainOptions>(context, explain));

async function explain(options: ExplainOptions, session: Session): Promise<ExitCode> {
  const request = parseRequest(options);
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const { services } = await openEnvironment(session, {
    configuration,
    simulate: options.simulate === true,
    memoryAllowed: true,
    onboarded: true,
  });
  const explained = await explainAccess(services, { runId: createRunId('explain'), request });
  session.out.result(toResult(options, explained));
  const names = await readAccountNames(services.store, listAccountIds(`${options.principal}`));
  printExplanation(session.out, options, explained, names);
  return exitCodeByOutcome[explained.outcome];
}

function parseRequest({ principal, action, resource, context, without }: ExplainOptions): AccessRequest {
  const values = parseContext(context, without);
  return {
    principal: withSource(parsePrincipal(principal), values),
    action: parseAction(action),
    resource: parseResource(resource),
    context: values,
  };
}

/**
 * Adds the account on whose behalf an AWS service makes the request. Condition keys such as `aws:SourceOrgID` follow
 * from it.
 */
function withSource(principal: RequestPrincipal, context: ReturnType<typeof parseContext>): RequestPrincipal {
  if (principal.type !== 'service') return principal;
  const [account, arn] = ['aws:SourceAccount', 'aws:SourceArn'].map((key) => context[key]);
  return {
    ...principal,
    ...(typeof account === 'string' ? { sourceAccount: account } : {}),
    ...(typeof arn === 'string' ? { sourceArn: arn } : {}),
  };
}

const exitCodeByOutcome = {
  allowed: exitCodes.succeeded,
  denied: exitCodes.failed,
  unknown: exitCodes.changesPending,
} as const;

const toResult = (
  { principal, action, resource }: ExplainOptions,
  {
    outcome,
    explicit,
    reasons,
    statements,
    unknowns,
    policies,
    unread,
    warnings,
    request,
  }: AccessExplanation,
) => ({
  status: outcome,
  explicit,
  principal,
  action,
  resource,
  context: request.context,
  reasons,
  statements,
  unknowns,
  policies,
  unread,
  warnings,
});

function printExplanation(
  out: Output,
  { principal, action, resource }: ExplainOptions,
  { outcome, reasons, policies, unread, warnings }: AccessExplanation,
  names: AccountNames,
): void {
  const { bold, yellow } = out.colors;
  const color = { allowed: out.colors.green, denied: out.colors.red, unknown: yellow }[outcome];
  out.line(
    `${bold(color(outcome))}: ${addAccountNames(`${principal}`, names)} ${bold(action ?? '')} ${resource}`,
  );
  for (const reason of reasons) for (const line of wrapText(reason, out.width - 4)) out.line(`    ${line}`);
  out.line();
  const rows = policies.map((answer) => toRow(answer, out.colors));
  printTable(out, rows);
  for (const { kind, of, reason } of unread)
    for (const line of wrapText(`not read: ${kind} of ${of}: ${reason}`, out.width - 4))
      out.line(`  ${yellow(line)}`);
  printWarnings(out, warnings);
}

const labels = {
  allows: 'allows',
  denies: 'denies',
  nothing: 'says nothing',
  unknown: 'unknown',
  'does-not-bind': 'does not bind',
} as const;

function toRow({ kind, name, says, statement, unknowns }: PolicyAnswer, colors: Colors): readonly string[] {
  const paint = { allows: colors.green, denies: colors.red, unknown: colors.yellow };
  const painted = says in paint ? paint[says as keyof typeof paint](labels[says]) : colors.dim(labels[says]);
  const detail = statement ?? (unknowns === undefined ? '' : unknowns.join(', '));
  return [painted, kind, name, detail];
}
