import { performance } from 'node:perf_hooks';
import { Argument, type Command } from 'commander';
import { acting, type CommandContext, type CommonOptions, newCommand, type Session } from '../command.ts';
import { demoConfiguration } from '../demo/configuration.ts';
import { figuresOf } from '../demo/figures.ts';
import { newTeller, tellEnd, tellOpening } from '../demo/output.ts';
import { rotationDemo } from '../demo/rotation.ts';
import { tellStory } from '../demo/scenario.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { loggerOf } from '../services.ts';
import { newSimulation, onboardEveryone, prepareDeployment } from '../simulation.ts';

export const demoCommand = (context: CommandContext): Command =>
  newCommand('demo', 'Show an account come, move and go, or a secret rotated, in a simulated organization.')
    .addArgument(new Argument('[story]', 'what to show').choices(['account', 'rotation']).default('account'))
    .action((story: string, options: CommonOptions) =>
      acting<CommonOptions>(context, story === 'rotation' ? rotationDemo : demo)(options),
    );

async function demo(options: CommonOptions, session: Session): Promise<ExitCode> {
  const { out } = session;
  const start = performance.now();
  const configuration = await demoConfiguration(options, session);
  const simulation = newSimulation(configuration, { logger: loggerOf(session) });
  await prepareDeployment(simulation.services, configuration);
  await onboardEveryone(simulation);
  tellOpening(out, simulation);
  const story = await tellStory(simulation, await newTeller(out, configuration));
  const figures = figuresOf(story, simulation, Math.round(performance.now() - start));
  out.result(figures);
  tellEnd(out, figures);
  return figures.status === 'succeeded' ? exitCodes.succeeded : exitCodes.failed;
}
