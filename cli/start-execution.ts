import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { DeployedMachine } from '../simulator/deployed-machines.ts';
import type { Session } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followExecution } from './follow-execution.ts';
import { findStateMachine, type Installation } from './installation.ts';

export interface ExecutionRequest {
  readonly machine: DeployedMachine;
  /** Name of the execution and id of the run. */
  readonly runId: string;
  readonly input: unknown;
  readonly wait: boolean;
  /** What the run is about, for the screen. */
  readonly subject: string;
}

/** Starts an execution, and follows it to its end if the operator waits. */
export async function startAndFollow(
  installation: Installation,
  session: Session,
  { machine, runId, input, wait, subject }: ExecutionRequest,
): Promise<ExitCode> {
  const stateMachineArn = await findStateMachine(installation, machine);
  const command = new StartExecutionCommand({ stateMachineArn, name: runId, input: JSON.stringify(input) });
  const { executionArn = '' } = await installation.services.hub.sfn.send(command);
  const { out } = session;
  out.line(`${out.colors.bold(`Run ${runId}`)} started: ${subject}`);
  out.line(out.colors.dim(`In ${installation.where}`));
  if (wait) return followExecution(installation, session, { arn: executionArn, runId });
  out.result({ status: 'started', runId, execution: executionArn });
  out.line(`To follow it: onboarding status --run ${runId}`);
  return exitCodes.succeeded;
}
