import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createProcessClock, epoch } from '../time.ts';
import type { AcceptedFailures } from './accepted-failures.ts';
import type { SimulationContext } from './context.ts';
import { ouActions } from './ou-actions.ts';
import { noteActivation, noteSweep } from './ou-memory.ts';
import { recreateResource } from './recreate.ts';

/** Judges the result of a final sweep. */
export type JudgeSweep = (stage: SimulationContext) => Promise<readonly string[]>;

/** The share of the plays in which OUs change in the quiet at the end. */
const share = 1 / 6;

/**
 * In the quiet at the end, OUs are renamed, replaced, deleted and created again. After each sweep accounts must have
 * the access by the rules, and the sweep must report unresolved paths. At the end an operator activates the
 * configuration.
 */
export async function findOuViolations(
  stage: SimulationContext,
  accepted: AcceptedFailures,
  judge: JudgeSweep,
): Promise<readonly string[]> {
  const { draw, rough } = stage;
  const isQuiet = [accepted.full, accepted.conflict, accepted.blocked, accepted.spoiled].every(
    ({ size }) => size === 0,
  );
  if (rough || !isQuiet || !draw.chance(share)) return [];
  await activate(stage);
  const violations: string[] = [];
  for (let round = draw.between(1, 3); round > 0; round -= 1) {
    for (let count = draw.between(1, 2); count > 0; count -= 1) note(stage, draw.pick(ouActions)(stage));
    if (draw.chance(0.7)) note(stage, recreateResource(stage));
    violations.push(...(await judged(stage, judge, 'after OUs changed')));
  }
  await activate(stage);
  return [...violations, ...(await judged(stage, judge, 'after OUs changed and an activation'))];
}

async function judged(stage: SimulationContext, judge: JudgeSweep, when: string): Promise<readonly string[]> {
  await noteSweep(stage);
  await stage.start({}, 'organization-sweep');
  const violations = [...(await judge(stage)), ...(await statusViolations(stage))];
  stage.ous.recreated.clear();
  return violations.map((what) => `${when}: ${what}`);
}

/** A sweep with unresolved work has failed. */
async function statusViolations({ inner, executions }: SimulationContext): Promise<readonly string[]> {
  const run = await inner.runs.get(`run-${executions()}`);
  const due = (run?.unresolved ?? []).length === 0 ? 'succeeded' : 'failed';
  return run?.status === due ? [] : [`the sweep is ${run?.status}, not ${due}`];
}

async function activate(stage: SimulationContext): Promise<void> {
  noteActivation(stage);
  const { inner, configuration } = stage;
  await activateConfiguration({ store: inner, clock: createProcessClock() }, configuration, 'an operator');
  note(stage, 'activates');
}

const note = ({ history }: SimulationContext, what: string | undefined): void => {
  if (what !== undefined) history.push(`${Date.now() - epoch} an operator ${what}`);
};
