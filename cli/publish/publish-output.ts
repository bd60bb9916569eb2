import { type AccountNames, formatAccountId } from '../../shared/platform/account.ts';
import type { Colors, Output } from '../output.ts';
import { printTable } from '../table.ts';
import type { ApplicationAccount, NamedProfile } from './place.ts';
import type { Published } from './publish.ts';
import type { PublishedDeployment, PublishedStatus } from './publish-types.ts';

interface PublishReport extends Published, ApplicationAccount, Pick<NamedProfile, 'application' | 'profile'> {
  readonly label: string | undefined;
}

/** The version and its deployments, for people and as one object. */
export function printPublished(out: Output, report: PublishReport, names: AccountNames): void {
  const { status, application, profile, accountId, region, version, label, deployments } = report;
  out.result({ status, application, profile, accountId, region, version, label, deployments });
  const what =
    version === undefined ? 'No version' : `Version ${version}${label === undefined ? '' : ` (${label})`}`;
  out.line(
    `${out.colors.bold(`${what} of ${profile}, application ${application}`)}  ${formatAccountId(accountId, names)}, ${region}`,
  );
  printTable(
    out,
    deployments.map((each) => toRow(each, out.colors)),
  );
  out.line();
  out.line(formatEnd(report));
}

function toRow({ environment, deployment, status, reason }: PublishedDeployment, colors: Colors) {
  const number = deployment === undefined ? 'not started' : `deployment ${deployment}`;
  return [`  ${toMark(status, colors)} ${status}`, environment, number, reason];
}

function toMark(status: PublishedStatus, { green, yellow, red }: Colors): string {
  if (status === 'complete') return green('✓');
  return ['interrupted', 'not-started'].includes(status) ? yellow('!') : red('✗');
}

function formatEnd({ status, version, deployments }: Published): string {
  const complete = deployments.filter((each) => each.status === 'complete').length;
  const counts = `${complete} of ${deployments.length} deployments complete`;
  if (status === 'complete') return `published: ${counts}`;
  if (version === undefined) return 'interrupted: nothing was created';
  return `${status}: ${counts}. Version ${version} stays in AppConfig; publishing again creates another version`;
}
