import { performance } from 'node:perf_hooks';
import { Argument, type Command } from 'commander';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  runAction,
  type Session,
} from '../command.ts';
import { loadDemoConfiguration } from '../demo/configuration.ts';
import { computeFigures } from '../demo/figures.ts';
import { createPrinter, printEnd, printOpening } from '../demo/output.ts';
import { runRotationDemo } from '../demo/rotation.ts';
import { playScenario } from '../demo/scenario.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createLogger } from '../services.ts';
import { createSimulation, onboardEveryone, prepareDeployment } from '../simulation.ts';

export const createDemoCommand = (context: CommandContext): Command =>
  createCommand('demo', 'the examples/onboarding.yml of this project')
    .addArgument(new Argument('[story]', 'what to show').choices(['account', 'rotation']).default('account'))
    .action((story: string, options: CommonOptions) =>
      runAction<CommonOptions>(context, story === 'rotation' ? runRotationDemo : demo)(options),
    );

async function demo(options: CommonOptions, session: Session): Promise<ExitCode> {
  const { out } = session;
  const start = performance.now();
  const configuration = await loadDemoConfiguration(options, session);
  const simulation = createSimulation(configuration, { logger: createLogger(session) });
  printOpening(out, simulation);
  await prepareDeployment(simulation.services, configuration);
  await onboardEveryone(simulation);
  const story = await playScenario(simulation, await createPrinter(out, configuration));
  const figures = computeFigures(story, simulation, Math.round(performance.now() - start));
  out.result(figures);
  printEnd(out, figures);
  return figures.status === 'succeeded' ? exitCodes.succeeded : exitCodes.failed;
}
