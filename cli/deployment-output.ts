import type { Configuration } from '../shared/configuration/schema.ts';
import type { RotationRequest } from '../shared/secrets/deployment/event.ts';
import type { DeliveryReport, DeploymentReport } from './deployment-report.ts';
import { type Colors, formatCount, type Output } from './output.ts';
import { formatEnd, formatHeading, printUnresolved } from './run-output.ts';
import { countAllCalls } from './run-report.ts';
import { printTable } from './table.ts';

/** Describes what a run of `config-deployment` was asked to do, for the first line of its output. */
export function formatRequest(request: Exclude<RotationRequest, { readonly type: 'ignored' }>): string {
  switch (request.type) {
    case 'secret':
      return `secret ${request.secretId} (${request.cause === 'rotated' ? 'rotated' : 'started by an operator'})`;
    case 'rotation-failed':
      return `secret ${request.secretId} (rotation failed)`;
    case 'hosted':
      return `version ${request.version} of profile ${request.profile}, application ${request.application} (started by an operator)`;
    case 'look':
      return 'pending deployments, and secrets whose events may have been lost';
  }
}

/** The run for people: the result of each version and environment, the unresolved lines, and the result of the run. */
export function printDeployment(out: Output, configuration: Configuration, report: DeploymentReport): void {
  const { deployments, calls } = report;
  const places = Map.groupBy(deployments, ({ account, region }) => `${account}, ${region}`);
  for (const here of places.values()) {
    const [{ account, region } = { account: '', region: '' }] = here;
    out.line();
    out.line(`${out.colors.bold(formatHeading(account, configuration))}${out.colors.dim(`, ${region}`)}`);
    printTable(
      out,
      here.map((each) => deliveryRow(each, out.colors)),
    );
  }
  printUnresolved(out, report);
  out.line();
  const starts = calls['appconfig:StartDeployment'] ?? 0;
  const cost = `${formatCount(countAllCalls(calls), 'AWS call')}, of which ${formatCount(starts, 'start')}`;
  out.line(formatEnd(report, cost, out.colors));
}

function deliveryRow(delivery: DeliveryReport, { green, yellow, red, bold, dim }: Colors): readonly string[] {
  const { status, application, environment, profile, version, deployment, retriedStarts } = delivery;
  const mark =
    { complete: green('✓'), superseded: yellow('!'), withdrawn: yellow('!') }[String(status)] ?? red('✗');
  const second =
    retriedStarts === 0
      ? ''
      : `, started ${formatCount(retriedStarts, 'time')} more because AWS did not answer`;
  return [
    `${mark} ${status}`,
    `environment ${bold(environment)}`,
    `application ${application}`,
    `profile ${profile}`,
    `version ${version}`,
    dim(deployment === undefined ? 'not started' : `deployment ${deployment}${second}`),
  ];
}
