import type { Command } from 'commander';
import { type CommandContext, createCommand } from './command.ts';
import type { CommandName } from './command-help.ts';

/** A command in the list of `--help`. Its file is loaded only when the command runs. */
interface ListedCommand {
  readonly name: CommandName;
  readonly description: string;
  /** The argument as the help shows it. Default: the command has none. */
  readonly argument?: string;
  /** Imports the file of the command. */
  load(): Promise<(context: CommandContext) => Command>;
}

/**
 * The commands in the order of `onboarding --help`. A process loads the file of the command that it runs, since all
 * files together take more than a second of CPU time.
 */
export const commandList: readonly ListedCommand[] = [
  {
    name: 'demo',
    description: 'Create, move and close an account, or rotate a secret, in a simulated organization.',
    argument: '[story]',
    load: async () => (await import('./commands/demo.ts')).createDemoCommand,
  },
  {
    name: 'init',
    description: 'Write a first configuration from your organization, and show its plan.',
    load: async () => (await import('./commands/init.ts')).createInitCommand,
  },
  {
    name: 'adopt',
    description: 'Propose grants for unmanaged statements, and prove which statements they make superfluous.',
    load: async () => (await import('./commands/adopt.ts')).createAdoptCommand,
  },
  {
    name: 'validate',
    description: 'Check a configuration offline: list every mistake, or a summary.',
    load: async () => (await import('./commands/validate.ts')).createValidateCommand,
  },
  {
    name: 'import',
    description: 'Store all accounts of the organization in the registry.',
    load: async () => (await import('./commands/import.ts')).createImportCommand,
  },
  {
    name: 'activate',
    description: 'Make this configuration the active one.',
    load: async () => (await import('./commands/activate.ts')).createActivateCommand,
  },
  {
    name: 'plan',
    description: 'Show which policies would change. Changes nothing.',
    load: async () => (await import('./commands/plan.ts')).createPlanCommand,
  },
  {
    name: 'apply',
    description: 'Show the changes, ask, then make them.',
    load: async () => (await import('./commands/apply.ts')).createApplyCommand,
  },
  {
    name: 'approve',
    description: 'List the runs that wait for approval; approve or reject one.',
    load: async () => (await import('./commands/approve.ts')).createApproveCommand,
  },
  {
    name: 'drift',
    description:
      'Compare policies and member roles with their desired state, and policies with the state after the last run.',
    load: async () => (await import('./commands/drift.ts')).createDriftCommand,
  },
  {
    name: 'check',
    description: 'Verify every access of one account, on both sides, by what AWS has now.',
    load: async () => (await import('./commands/check.ts')).createCheckCommand,
  },
  {
    name: 'explain',
    description: 'Say whether AWS would allow a request, and which statements decide.',
    load: async () => (await import('./commands/explain.ts')).createExplainCommand,
  },
  {
    name: 'who-can',
    description: 'List who may use a resource, and the grant that lets each of them.',
    load: async () => (await import('./commands/who-can.ts')).createWhoCanCommand,
  },
  {
    name: 'budget',
    description: 'Show how full each policy is, and how many accounts still fit.',
    load: async () => (await import('./commands/budget.ts')).createBudgetCommand,
  },
  {
    name: 'report',
    description: 'Write one HTML page with accounts, accesses, capacity, drift, approvals and runs.',
    load: async () => (await import('./commands/report.ts')).createReportCommand,
  },
  {
    name: 'doctor',
    description: 'Check each prerequisite of the installation, and name the command that mends it.',
    load: async () => (await import('./commands/doctor.ts')).createDoctorCommand,
  },
  {
    name: 'start',
    description: 'Start the deployed state machine for accounts, or for an event.',
    load: async () => (await import('./commands/start.ts')).createStartCommand,
  },
  {
    name: 'wait',
    description: 'Wait until the run for an account has ended, then say whether the account is ready.',
    load: async () => (await import('./commands/wait.ts')).createWaitCommand,
  },
  {
    name: 'sweep',
    description: 'Start a sweep: compare the whole organization with every resource now.',
    load: async () => (await import('./commands/sweep.ts')).createSweepCommand,
  },
  {
    name: 'replay',
    description: 'List the events that started no run; start a run for each, after asking.',
    load: async () => (await import('./commands/replay.ts')).createReplayCommand,
  },
  {
    name: 'status',
    description: 'Show a run, the last run of an account, or all runs that have not ended.',
    load: async () => (await import('./commands/status.ts')).createStatusCommand,
  },
  {
    name: 'history',
    description: 'List the runs that changed an account or a resource, newest first.',
    load: async () => (await import('./commands/history.ts')).createHistoryCommand,
  },
  {
    name: 'locks',
    description: 'List the resources that runs are writing now: which run, and until when.',
    load: async () => (await import('./commands/locks.ts')).createLocksCommand,
  },
  {
    name: 'run',
    description: 'Run a state machine on this machine, for an EventBridge event or a manual input.',
    load: async () => (await import('./commands/run.ts')).createRunCommand,
  },
  {
    name: 'publish',
    description: 'Create a version of a configuration, deploy it with AppConfig and follow it to its end.',
    argument: '<file>',
    load: async () => (await import('./commands/publish.ts')).createPublishCommand,
  },
  {
    name: 'spoke-template',
    description: 'Print the CloudFormation template that a central account needs.',
    argument: '<account>',
    load: async () => (await import('./commands/spoke-template.ts')).createSpokeTemplateCommand,
  },
  {
    name: 'application-template',
    description: 'Print the CloudFormation template of an AppConfig application.',
    argument: '<application>',
    load: async () => (await import('./commands/application-template.ts')).createApplicationTemplateCommand,
  },
  {
    name: 'member-template',
    description:
      'List the StackSets of the member roles, print the template of one, or write all templates and deployment scripts.',
    argument: '[stack-set]',
    load: async () => (await import('./commands/member-template.ts')).createMemberTemplateCommand,
  },
  {
    name: 'management-template',
    description:
      'Print the CloudFormation template that the management account needs if the hub is in another account or region.',
    load: async () => (await import('./commands/management-template.ts')).createManagementTemplateCommand,
  },
  {
    name: 'completion',
    description: 'Print a script that completes commands and options in a shell.',
    argument: '<shell>',
    load: async () => (await import('./commands/completion.ts')).createCompletionCommand,
  },
];

export async function loadCommand(
  { description, load }: ListedCommand,
  context: CommandContext,
): Promise<Command> {
  return (await load())(context).description(description);
}

/**
 * A command with its name, argument and description only, so that `onboarding --help` can list it. It has no action.
 */
export function listCommand({ name, description, argument }: ListedCommand): Command {
  const command = createCommand(name).description(description);
  return argument === undefined ? command : command.argument(argument);
}
