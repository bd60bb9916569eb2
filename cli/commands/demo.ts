import { performance } from 'node:perf_hooks';
import { Argument, type Command } from 'commander';
import { acting, type CommandContext, type CommonOptions, newCommand, type Session } from '../command.ts';
import { demoConfiguration } from '../demo/configuration.ts';
import { rotationDemo } from '../demo/rotation.ts';
import { newcomer, type Story, tellStory } from '../demo/story.ts';
import { newTeller, tellEnd, tellOpening } from '../demo/teller.ts';
import { allowedAt, mentions } from '../demo/who-can.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { callsOf } from '../run-report.ts';
import { loggerOf } from '../services.ts';
import { newSimulation, onboardEveryone, prepareDeployment, type Simulation } from '../simulation.ts';

export const demoCommand = (context: CommandContext): Command =>
  newCommand('demo', 'Show an account come, move and go, or a secret rotated, in a simulated organisation.')
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

/** What `demo --json` prints. */
export type Figures = ReturnType<typeof figuresOf>;

function figuresOf({ chapters, accesses, closed }: Story, { organisation }: Simulation, durationMs: number) {
  const allowed = {
    of: accesses.length,
    before: allowedAt(accesses, 0),
    onboarded: allowedAt(accesses, 1),
    closed: allowedAt(accesses, 2),
  };
  const mentionedAfterClosing = mentions(closed, newcomer.id);
  const asPromised =
    chapters.every(({ report }) => report.status === 'succeeded') &&
    allowed.onboarded === allowed.of &&
    allowed.before + allowed.closed + mentionedAfterClosing === 0 &&
    chapters.at(-1)?.writes === 0;
  return {
    status: asPromised ? ('succeeded' as const) : ('failed' as const),
    accountId: newcomer.id,
    accounts: organisation.world.accounts.size,
    resources: closed.size,
    allowed,
    mentionedAfterClosing,
    runs: chapters.map(({ title, event, report, writes }) => ({
      title,
      event: event.detail.eventName,
      runId: report.runId,
      status: report.status,
      written: report.resources.filter(({ outcome }) => outcome === 'written').length,
      calls: callsOf(report.calls),
      writes,
      durationMs: report.durationMs,
    })),
    durationMs,
  };
}
