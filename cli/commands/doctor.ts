import type { Command } from 'commander';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import {
  type CommandContext,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { accountPrerequisites } from '../doctor/accounts.ts';
import { hubPrerequisites } from '../doctor/hub.ts';
import { servicePrerequisites } from '../doctor/hub-services.ts';
import { memberPrerequisites } from '../doctor/member-stack-sets.ts';
import { checkPrerequisites, type Finding } from '../doctor/prerequisite.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { openInstallation } from '../installation.ts';
import { formatCount, type Output } from '../output.ts';
import type { RecordOptions } from '../records.ts';

export const createDoctorCommand = (context: CommandContext): Command =>
  createCommand('doctor')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<RecordOptions>(context, doctor));

/** The prerequisites, in the order in which an operator fixes them. */
const allPrerequisites = [
  ...hubPrerequisites,
  ...servicePrerequisites,
  ...accountPrerequisites,
  ...memberPrerequisites,
];

async function doctor(options: RecordOptions, session: Session): Promise<ExitCode> {
  const file = getConfigurationFile(options, session.io);
  const configuration = await loadConfiguration(file);
  const installation = await openInstallation(session, options);
  const { out } = session;
  out.line(out.colors.dim(`In ${installation.where}`));
  const findings = await checkPrerequisites(allPrerequisites, {
    installation,
    configuration,
    file,
  });
  const missing = findings.filter(({ status }) => status === 'missing').length;
  out.result({ status: missing === 0 ? 'healthy' : 'unhealthy', prerequisites: findings });
  for (const finding of findings) printFinding(out, finding);
  out.line();
  out.line(
    missing === 0
      ? out.colors.green('Every prerequisite that was checked is met.')
      : out.colors.red(`${formatCount(missing, 'prerequisite')} missing.`),
  );
  return missing === 0 ? exitCodes.succeeded : exitCodes.failed;
}

function printFinding(out: Output, { name, status, problems, waitsFor }: Finding): void {
  const { green, red, dim } = out.colors;
  if (status === 'present') out.line(`  ${green('✓')} ${name}`);
  if (status === 'not-checked') out.line(dim(`  - ${name}: not checked, because it needs: ${waitsFor}`));
  for (const { message, fix } of problems) {
    out.line(`  ${red('✗')} ${name}: ${message}`);
    out.line(`      ${fix}`);
  }
}
