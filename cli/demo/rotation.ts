import { performance } from 'node:perf_hooks';
import type { CommonOptions, Session } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { createLogger } from '../services.ts';
import { createSimulation, prepareDeployment } from '../simulation.ts';
import { loadDemoConfiguration } from './configuration.ts';
import { playRotation, type RotationChapter } from './rotation-story.ts';
import { withStrategy } from './rotation-world.ts';

/** Shows the rotation of a secret while its environment is busy, and the reader's value after each run. */
export async function runRotationDemo(options: CommonOptions, session: Session): Promise<ExitCode> {
  const { out } = session;
  const start = performance.now();
  const configuration = await loadDemoConfiguration(options, session);
  const simulation = withStrategy(createSimulation(configuration, { logger: createLogger(session) }));
  await prepareDeployment(simulation.services, simulation.configuration);
  const { bold, dim } = out.colors;
  out.line(bold('A rotated secret is deployed once, even if the deployment has to wait for another one.'));
  out.line(
    dim('The state machine, the functions, the rotation function and the reader are the deployed ones.'),
  );
  const chapters = await playRotation(simulation, (chapter) => printChapter(out, chapter));
  const figures = figuresOf(chapters, Math.round(performance.now() - start));
  out.result(figures);
  printEnd(out, figures);
  return figures.status === 'succeeded' ? exitCodes.succeeded : exitCodes.failed;
}

/** What `demo rotation --json` prints. */
type Figures = ReturnType<typeof figuresOf>;

function figuresOf(chapters: readonly RotationChapter[], durationMs: number) {
  const asPromised =
    chapters.every(({ status, letIn }) => status === 'succeeded' && letIn) &&
    chapters.map(({ started }) => started).join() === '1,1,0';
  return { status: asPromised ? ('succeeded' as const) : ('failed' as const), runs: chapters, durationMs };
}

function printChapter(out: Output, chapter: RotationChapter): void {
  const { title, point, status, reason, started, waitedMinutes, letIn } = chapter;
  const { bold, dim, green, red } = out.colors;
  out.line();
  out.line(bold(title));
  out.line(`   ${dim(point)}`);
  out.line(`   ${status === 'succeeded' ? green(status) : red(status)}  ${reason}`);
  const waited = waitedMinutes === 0 ? '' : `, after ${waitedMinutes} minutes of waiting`;
  out.line(`   ${started === 1 ? '1 deployment' : `${started} deployments`} started${waited}`);
  out.line(
    `   ${letIn ? green('✓') : red('✗')} the database ${letIn ? 'accepts' : 'rejects'} the password that the application has read`,
  );
}

function printEnd(out: Output, { status, durationMs }: Figures): void {
  const { bold, green, red } = out.colors;
  out.line();
  out.line(
    status === 'succeeded'
      ? `${bold(green('All results are as expected.'))} Time: ${(durationMs / 1_000).toFixed(1)} s. More: docs/rotation.md`
      : bold(red('Some results are not as expected: see above. Please report it.')),
  );
}
