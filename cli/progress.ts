import * as z from 'zod';
import { type AccountNames, formatAccountId, noAccountNames } from '../shared/platform/account.ts';
import { formatCounts } from '../shared/reconcile/readiness.ts';
import { verificationSchema } from '../shared/runs/step-schemas.ts';
import { type DeployedMachine, readDeployedDefinition } from '../simulator/deployed-machines.ts';
import type { StateEvent } from '../simulator/run-state-machine.ts';
import { waitsForToken } from '../simulator/task-handler.ts';
import { formatCount, type Output } from './output.ts';
import { printTable } from './table.ts';

/** Shows the Tasks of a state machine as they start and end. */
export type Progress = (event: StateEvent) => void;

const titleWidth = 28;

/** Words for errors that mean that a step has to wait. Any other error is printed with its name. */
const reasonsToWait: Readonly<Record<string, string>> = {
  ResourceBusyError: 'waited, because a resource was busy (ResourceBusyError)',
};

export function createProgress(
  out: Output,
  machine: DeployedMachine = 'account-onboarding',
  names: AccountNames = noAccountNames,
): Progress {
  const tasks = taskStates(machine);
  const running: Pick<StateEvent, 'state' | 'input' | 'index'>[] = [];
  /** Errors that are not printed yet: the next event shows whether the state machine repeats the state. */
  const errors = new Map<string, string>();
  /** Lines that are printed only once, although the state machine enters the state again and again. */
  const printed = new Set<string>();
  const { green, red, yellow, dim } = out.colors;
  const tell = (mark: string, event: StateEvent, detail: string) =>
    printTable(out, [[`${mark} ${titleOf(event).padEnd(titleWidth)}`, detail]]);
  const left = (event: StateEvent) => {
    const index = running.findIndex((each) => idOf(each) === idOf(event));
    if (index >= 0) running.splice(index, 1);
  };
  const reactions: Readonly<Record<StateEvent['type'], (event: StateEvent) => void>> = {
    entered: (event) => running.push(event),
    exited: (event) => {
      left(event);
      const error = taken(errors, idOf(event));
      const { ok, text, waits = false, unproven = false } = detailOf(event, names);
      if (error === undefined && waits && printed.has(idOf(event))) return;
      if (waits) printed.add(idOf(event));
      else printed.delete(idOf(event));
      if (error !== undefined) tell(red('✗'), event, red(error));
      else tell(waits ? yellow('…') : !ok ? red('✗') : unproven ? yellow('?') : green('✓'), event, dim(text));
    },
    retried: (event) => {
      const error = event.error ?? taken(errors, idOf(event)) ?? 'an error';
      tell(yellow('↻'), event, dim(reasonsToWait[error] ?? `retried after ${error}`));
    },
    // The event that follows, when the state ends, reports a caught error.
    caught: () => {},
    failed: (event) => {
      left(event);
      if (event.error === waitsForToken) return tell(yellow('…'), event, dim('waits for an operator'));
      errors.set(idOf(event), event.error ?? 'failed');
    },
  };
  return (event) => {
    if (!tasks.has(event.state)) return;
    reactions[event.type](event);
    out.transient(running.length === 0 ? '' : `  … ${running.map(titleOf).join(', ')}`);
  };
}

/** Removes an entry from a map and returns it. */
function taken<T>(map: Map<string, T>, key: string): T | undefined {
  const value = map.get(key);
  map.delete(key);
  return value;
}

/** The name of a state, with the number of the iteration if it is in a Map state. */
const idOf = ({ state, index }: Pick<StateEvent, 'state' | 'index'>): string => `${state}#${index ?? ''}`;

const itemSchema = z.object({ centralAccount: z.string() });

/** `PlanChanges` → `Plan changes`. For the task of each central account: `Update log account`. */
function titleOf({ state, input }: Pick<StateEvent, 'state' | 'input'>): string {
  const title = state.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const item = itemSchema.safeParse(input);
  return item.success ? title.replace('central', item.data.centralAccount) : title;
}

/** The fields of results that are printed. Results without these fields are printed without detail. */
const outputSchema = z.looseObject({
  status: z.string().optional(),
  cause: z.string().optional(),
  accountIds: z.array(z.string()).optional(),
  accountId: z.string().optional(),
  place: z.object({ accountId: z.string(), region: z.string(), source: z.string() }).nullish(),
  state: z.string().optional(),
  plan: z.object({ resources: z.number(), changes: z.number() }).optional(),
  outcomes: z.record(z.string(), z.number()).optional(),
  verification: verificationSchema.optional(),
  id: z.string().optional(),
  progress: z.object({ status: z.string() }).optional(),
  deliveries: z.array(z.unknown()).optional(),
  problems: z.array(z.string()).optional(),
});

type StepOutput = z.infer<typeof outputSchema>;

interface Detail {
  readonly ok: boolean;
  readonly text: string;
  /** Whether the step will be repeated, because member roles are still missing. */
  readonly waits?: boolean;
  /** Whether no access is denied and not every access is proven. */
  readonly unproven?: boolean;
}

/** The latest result is tried first, because the output of a state also contains the results of earlier states. */
function detailOf({ state, output }: StateEvent, names: AccountNames): Detail {
  const parsed = outputSchema.safeParse(output);
  if (!parsed.success) return { ok: true, text: '' };
  const step = parsed.data;
  if (step.progress !== undefined) return advanceDetail(step);
  if (step.deliveries !== undefined && step.status !== 'ignored') return resolvedDetail(step);
  if (step.outcomes !== undefined) return outcomesDetail(step.outcomes);
  if (step.verification !== undefined) return verificationDetail(step.verification);
  if (step.plan !== undefined) return { ok: true, text: planDetail(step.plan) };
  return { ok: step.status !== 'failed' || state === 'RecordFailure', text: startDetail(state, step, names) };
}

/** The environment in `<application>/<environment>/<profile>/<version>`. */
function advanceDetail({ id = '', progress }: StepOutput): Detail {
  const waits = progress?.status === 'waiting';
  return {
    ok: true,
    text: `environment ${id.split('/')[1]}: ${waits ? 'another deployment runs, waiting' : 'done'}`,
    waits,
  };
}

const resolvedDetail = ({ deliveries = [], problems = [] }: StepOutput): Detail => ({
  ok: problems.length === 0,
  text: [
    formatCount(deliveries.length, 'deployment'),
    ...(problems.length === 0 ? [] : [formatCount(problems.length, 'problem')]),
  ].join(', '),
});

/** The words for some results of resources. Other results are printed with their own name. */
const outcomeTexts: Readonly<Record<string, string>> = {
  held: 'with held accounts',
  conflict: 'with a conflict',
};

function outcomesDetail(outcomes: Readonly<Record<string, number>>) {
  const text = Object.entries(outcomes).map(
    ([outcome, count]) => `${count} ${outcomeTexts[outcome] ?? outcome}`,
  );
  const good = ['written', 'unchanged'];
  return {
    ok: Object.keys(outcomes).every((outcome) => good.includes(outcome)),
    text: text.join(', '),
  };
}

/** The text of a verification. If no access is denied and not every access is proven, it has its own mark. */
function verificationDetail({
  verified,
  missing,
  readiness,
  waiting,
}: NonNullable<StepOutput['verification']>): Detail {
  const ok = missing.length === 0 && readiness?.ready !== false;
  if (waiting && readiness !== undefined)
    return { ok, text: `${formatCounts(readiness.counts)}, waiting for member roles`, waits: true };
  if (readiness !== undefined)
    return { ok, text: formatCounts(readiness.counts), unproven: readiness.ready === 'unproven' };
  return {
    ok,
    text: ok ? `${verified} checks passed` : `${missing.length} of ${verified} checks failed`,
  };
}

const planDetail = ({ resources, changes }: NonNullable<StepOutput['plan']>): string =>
  resources === 0 ? 'no resources to plan' : `${changes} of ${resources} policies to check`;

function startDetail(state: string, output: StepOutput, names: AccountNames): string {
  const { accountId, accountIds, place, cause, state: is, status } = output;
  if (place)
    return `${cause}: ${place.source} in ${formatAccountId(place.accountId, names)}, ${place.region}`;
  if (accountId !== undefined && is !== undefined) return `${formatAccountId(accountId, names)} is ${is}`;
  if (state === 'ResolveAccount' && cause !== undefined)
    return cause === 'ignored'
      ? cause
      : `${cause}: ${(accountIds ?? []).map((id) => formatAccountId(id, names)).join(', ')}`;
  return status ?? '';
}

interface StateTexts {
  readonly States: Readonly<Record<string, StateText>>;
}

interface StateText {
  readonly Type: string;
  readonly ItemProcessor?: StateTexts;
}

/** The names of all Task states. Other states are not shown, because they do no work. */
const taskStates = (machine: DeployedMachine): ReadonlySet<string> =>
  new Set(tasksOf(readDeployedDefinition(machine)));

const tasksOf = ({ States }: StateTexts): readonly string[] =>
  Object.entries(States).flatMap(([name, { Type, ItemProcessor }]) => [
    ...(Type === 'Task' ? [name] : []),
    ...(ItemProcessor === undefined ? [] : tasksOf(ItemProcessor)),
  ]);
