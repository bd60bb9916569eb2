import { buildApiCallEvent } from '../../../simulator/events.ts';
import { ensureOu } from '../../../simulator/example-organization.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { OrganizationEvent } from '../../../simulator/organization-event.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import { patternPlaces } from '../oracle/expected.ts';
import { epoch } from '../time.ts';
import type { Action } from './action.ts';
import { nameInUnmanagedStatement } from './closed-principal.ts';
import type { SimulationContext } from './context.ts';
import { deny } from './denials.ts';
import { editUnmanagedStatement } from './external-edits.ts';
import { editManagedStatement } from './external-edits-to-ours.ts';
import { reconfigure } from './reconfigure.ts';
import { changeMatchingResources } from './resource-changes.ts';
import { accountId, drawTags, ouPaths } from './scenario.ts';

/** Everything happens within this time, in milliseconds. */
const duration = 40 * 60_000;

/**
 * Accounts are created, moved, closed and reopened, external tools edit policies, events arrive or get lost. Resolves
 * when all is over.
 */
export async function playActions(stage: SimulationContext): Promise<void> {
  const { organization, start, history } = stage;
  const executions: Promise<void>[] = [];
  const announce = (event: OrganizationEvent): void => {
    history.push(`${Date.now() - epoch} event ${String(event.detail.eventName)}`);
    for (const delay of deliveries(stage)) executions.push(sleep(delay).then(() => start(event)));
  };
  const stop = organization.onEvent(announce);
  const running = (execution: Promise<void>): void => void executions.push(execution);
  const moment = drawMoments(stage);
  const happenings = drawActions(stage).map(async (act) => {
    await sleep(moment());
    history.push(`${Date.now() - epoch} act ${act.name}`);
    // Sorted again each time: another configuration may be active.
    act({ ...stage, announce, running });
    stage.staleListings.note();
  });
  await Promise.all(happenings);
  stop();
  // Executions start no others.
  await Promise.all(executions);
}

/** The kinds of actions in this play, in no order. */
const drawActions = (stage: SimulationContext): readonly Action[] => {
  const { draw, rough, activeConfigurations, successors } = stage;
  const some = (most: number, act: () => Action): readonly Action[] =>
    Array.from({ length: draw.between(1, most) }, act);
  return [
    ...Array.from({ length: drawLength(stage) }, () => draw.pick(possible)),
    ...(rough ? some(4, () => draw.pick([editManagedStatement, editManagedStatement, sweep])) : []),
    ...(activeConfigurations.all.some((each) => patternPlaces(each).size > 0)
      ? some(3, () => changeMatchingResources)
      : []),
    // Only moved accounts differ in access between their last approval and now.
    ...(activeConfigurations.all.some(({ approval }) => approval !== undefined)
      ? some(3, () => draw.pick([move, tag]))
      : []),
    // Removals above the limit need several accounts that lose access at once.
    ...(activeConfigurations.all.some(({ removalLimits }) => removalLimits.accounts < 5)
      ? some(3, () => draw.pick([close, leave, move]))
      : []),
    ...successors.map(() => reconfigure),
  ];
};

/**
 * The number of actions. Most plays are short, because many short plays meet more situations than a few long ones. One
 * of sixteen is long, with tens of concurrent runs.
 */
const drawLength = ({ draw }: SimulationContext): number =>
  draw.chance(1 / 16) ? draw.between(12, 24) : Math.round(4 ** draw.random());

/** In some plays many actions happen at once, early. */
const drawMoments = ({ draw }: SimulationContext): (() => number) => {
  const atOnce = draw.pick([0.3, 0.6, 1]);
  return () => (draw.chance(atOnce) ? draw.between(0, 3_000) : draw.between(0, duration));
};

/** When an event is delivered: mostly once and soon, sometimes late, twice, or never. */
function deliveries({ draw }: SimulationContext): readonly number[] {
  const delay = (): number => (draw.chance(0.8) ? draw.between(200, 4_000) : draw.between(0, 600_000));
  if (draw.chance(0.1)) return [];
  return draw.chance(0.15) ? [delay(), delay()] : [delay()];
}

const create: Action = ({ organization, draw, expectedAccounts }) => {
  const id = freshId(organization.world);
  expectedAccounts.changed(id);
  organization.createAccount({ id, name: `account-${id.slice(-3)}` });
  setTimeout(() => launchInstances(organization, id), draw.pick([0, 0, draw.between(1_000, 400_000)]));
  if (!draw.chance(0.4)) return;
  organization.refusePrincipal(id);
  setTimeout(() => organization.acceptPrincipal(id), draw.between(1_000, 400_000));
};

/** The account's first Auto Scaling group creates it. Until then, a grant of a key cannot name it. */
export const launchInstances = (organization: SimulatedOrganization, id: string): void =>
  void organization.addRole({
    accountId: id,
    path: '/aws-service-role/autoscaling.amazonaws.com/',
    name: 'AWSServiceRoleForAutoScaling',
    trust: '{"Version":"2012-10-17","Statement":[]}',
  });

const createSeveral: Action = (happening) => {
  for (let count = happening.draw.between(2, 6); count > 0; count -= 1) create(happening);
};

const move: Action = ({ organization, draw, expectedAccounts }) =>
  changing({ organization, draw, expectedAccounts: expectedAccounts }, (id) =>
    organization.moveAccount(id, ensureOu(organization, draw.pick(ouPaths))),
  );

const tag: Action = ({ organization, draw, expectedAccounts }) =>
  changing({ organization, draw, expectedAccounts: expectedAccounts }, (id) =>
    draw.chance(0.5)
      ? organization.tagAccount(id, { runner: 'yes', ...drawTags(draw) })
      : organization.untagAccount(id, [draw.pick(['runner', 'runner', 'stage'])]),
  );

const close: Action = ({ organization, draw, expectedAccounts }) =>
  changing({ organization, draw, expectedAccounts: expectedAccounts }, (id) => organization.closeAccount(id));

const leave: Action = ({ organization, draw, expectedAccounts }) =>
  changing({ organization, draw, expectedAccounts: expectedAccounts }, (id) =>
    organization.removeAccount(id),
  );

/** Reopened by AWS support, or joined again. The first has no event. */
const comeBack: Action = ({ organization, draw, expectedAccounts, announce }) => {
  const { world } = organization;
  const closed = [...world.accounts.values()].filter(({ state }) => state === 'SUSPENDED');
  const gone = [...world.foreignAccounts].filter((id) => id.startsWith('5'));
  if (closed.length > 0 && draw.chance(0.5)) {
    const { id } = draw.pick(closed);
    expectedAccounts.changed(id);
    return organization.setState(id, 'ACTIVE');
  }
  if (gone.length === 0) return;
  const id = draw.pick(gone);
  expectedAccounts.changed(id);
  world.foreignAccounts.delete(id);
  organization.addAccount({ id, name: 'returned' });
  announce(buildApiCallEvent(world, 'AccountJoinedOrganization', { accountId: id }));
};

const sweep: Action = ({ start, running }) => running(start({}, 'organization-sweep'));

const byHand: Action = ({ organization, draw, start, running }) =>
  withAccount({ organization, draw }, (accountId) => running(start({ accountId })));

const possible: readonly Action[] = [
  create,
  create,
  createSeveral,
  createSeveral,
  move,
  move,
  tag,
  close,
  leave,
  comeBack,
  sweep,
  byHand,
  editUnmanagedStatement,
  editUnmanagedStatement,
  deny,
  deny,
  nameInUnmanagedStatement,
];

const changing = (
  stage: Pick<SimulationContext, 'organization' | 'draw' | 'expectedAccounts'>,
  act: (id: string) => void,
): void =>
  withAccount(stage, (id) => {
    stage.expectedAccounts.changed(id);
    act(id);
  });

function withAccount(
  { organization, draw }: Pick<SimulationContext, 'organization' | 'draw'>,
  act: (id: string) => void,
): void {
  const members = [...organization.world.accounts.values()].filter(
    ({ id, state }) => id.startsWith('5') && state === 'ACTIVE',
  );
  if (members.length > 0) act(draw.pick(members).id);
}

function freshId({ accounts, foreignAccounts }: SimulatedWorld): string {
  let index = 101;
  while (accounts.has(accountId(index)) || foreignAccounts.has(accountId(index))) index += 1;
  return accountId(index);
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
