import { Argument, type Command } from 'commander';
import { type CommandContext, type CommonOptions, createCommand, runAction } from '../command.ts';
import { createCompletionScript, type Shell, shells } from '../completion.ts';
import { exitCodes } from '../exit-codes.ts';

export const createCompletionCommand = (context: CommandContext): Command =>
  createCommand('completion')
    .addArgument(new Argument('<shell>', 'the shell that reads the script').choices(shells))
    .action((shell: Shell, options: CommonOptions, command: Command) =>
      runAction<CommonOptions>(context, async (_options, { out }) => {
        const script = createCompletionScript(shell, command.parent ?? command);
        out.result({ status: 'printed', shell, script });
        out.line(script.trimEnd());
        return exitCodes.succeeded;
      })(options),
    );
