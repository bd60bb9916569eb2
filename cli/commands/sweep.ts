import type { Command } from 'commander';
import { type CommandContext, createCommand, runAction } from '../command.ts';
import { createRunId } from '../environment.ts';
import { openInstallation } from '../installation.ts';
import type { RecordOptions } from '../records.ts';
import { startAndFollow } from '../start-execution.ts';

interface SweepOptions extends RecordOptions {
  readonly wait?: boolean;
}

export const createSweepCommand = (context: CommandContext): Command =>
  createCommand('sweep')
    .option('--wait', 'show the progress until the sweep ends')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(
      runAction<SweepOptions>(context, async (options, session) =>
        startAndFollow(await openInstallation(session, options), session, {
          machine: 'organization-sweep',
          runId: createRunId('sweep'),
          input: {},
          wait: options.wait === true,
          subject: 'the whole organization',
        }),
      ),
    );
