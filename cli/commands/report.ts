import type { Command } from 'commander';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  runAction,
  type Session,
} from '../command.ts';
import { readEverything } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatCount } from '../output.ts';
import { readAssets } from '../report/assets.ts';
import type { ReportFacts } from '../report/facts.ts';
import { gatherFacts } from '../report/gather.ts';
import { renderPage } from '../report/page.ts';
import { UsageError } from '../usage-error.ts';
import { printWarnings } from '../warnings.ts';
import { writeTexts } from '../write-text.ts';

interface ReportOptions extends CommonOptions {
  readonly out?: string;
  readonly verify?: string;
  readonly runs?: string;
  readonly simulate?: boolean;
}

export const createReportCommand = (context: CommandContext): Command =>
  createCommand('report')
    .option('--out <file>', 'required: the HTML file to write')
    .option('--verify <number>', 'how many accounts to verify on both sides, or `all` (default: 50)')
    .option('--runs <number>', 'how many runs to show (default: 20)')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<ReportOptions>(context, report));

async function report(options: ReportOptions, session: Session): Promise<ExitCode> {
  const { out: file } = options;
  if (file === undefined) throw new UsageError('--out is missing. Use --out report.html');
  const verify = parseVerify(options.verify);
  const runs = parseNumber('--runs', options.runs ?? '20');
  const { environment, plan } = await readEverything(session, options);
  session.out.transient('  … Read the member roles');
  const facts = await gatherFacts(environment, plan, { verify, runs });
  const page = renderPage(facts, readAssets());
  writeTexts({ [file]: page }, session.io.cwd);
  session.out.result({ status: 'succeeded', file, bytes: Buffer.byteLength(page), facts });
  printReport(session, file, facts);
  return exitCodes.succeeded;
}

const parseVerify = (text = '50'): number =>
  text === 'all' ? Number.POSITIVE_INFINITY : parseNumber('--verify', text);

function parseNumber(option: string, text: string): number {
  if (!/^(0|[1-9]\d{0,5})$/.test(text))
    throw new UsageError(`${option} ${text}: must be a number from 0 to 999999`);
  return Number(text);
}

function printReport(
  { out }: Session,
  file: string,
  { accounts, resources, runs, warnings }: ReportFacts,
): void {
  const parts = [
    formatCount(accounts.length, 'account'),
    formatCount(resources.length, 'resource'),
    formatCount(runs.length, 'run'),
  ];
  const verified = accounts.filter(({ verified }) => verified).length;
  out.line(`Wrote ${out.colors.bold(file)}: ${parts.join(', ')}. Open it in a browser.`);
  if (verified < accounts.length)
    out.line(
      `  Verified on both sides: ${formatCount(verified, 'account')}. For more, add --verify NUMBER or --verify all`,
    );
  printWarnings(out, warnings);
}
