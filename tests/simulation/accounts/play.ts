import { drawRates, noFaults } from '../faults.ts';
import { createSeededRandom } from '../random.ts';
import { epoch, runInSimulatedTime } from '../time.ts';
import { playActions } from './actions.ts';
import { activateFirst } from './first-activation.ts';
import { findHandledViolations, findSettledViolations } from './invariants.ts';
import { prepareCode } from './prepare-code.ts';
import { type PlayOptions, setUp } from './set-up.ts';
import type { Violation } from './write-observer.ts';

export interface Played {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly runs: number;
  /** Policy writes that took effect. */
  readonly writes: number;
  readonly lostEdits: number;
  /** Milliseconds of simulated time. */
  readonly lasted: number;
  /** The history in order: equal for equal seeds. */
  readonly history: readonly string[];
}

/** One random organization with random events, from its first import to the quiet at the end. */
export async function play(options: PlayOptions): Promise<Played> {
  await prepareCode();
  return runInSimulatedTime(createSeededRandom(-options.seed), () => playNow(options));
}

async function playNow(options: PlayOptions): Promise<Played> {
  const stage = setUp(options);
  await activateFirst(stage);
  stage.faults.set(drawRates(stage.draw));
  stage.staleListings.note();
  await playActions(stage);
  stage.faults.set(noFaults);
  stage.crashes.stop();
  stage.denials.stop();
  stage.staleListings.stop();
  const events = stage.organization.world.contractViolations.map((what) => ({
    at: Date.now() - epoch,
    what,
  }));
  const violations = [
    ...(await findHandledViolations(stage)),
    ...(await findSettledViolations(stage)),
    ...events,
  ];
  return {
    seed: options.seed,
    violations: [...stage.watch.violations, ...violations],
    runs: stage.executions(),
    writes: stage.watch.writes(),
    lostEdits: stage.watch.lostEdits(),
    lasted: Date.now() - epoch,
    history: stage.history,
  };
}
