import { apiCall } from '../../../simulator/events.ts';
import { ouId } from '../../../simulator/example-organization.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { OrganizationEvent } from '../../../simulator/organization-event.ts';
import type { World } from '../../../simulator/world.ts';
import { patternPlaces } from '../oracle/expected.ts';
import { epoch } from '../time.ts';
import type { Act } from './action.ts';
import { nameInTheirs } from './closed-principal.ts';
import type { Stage } from './context.ts';
import { deny } from './denials.ts';
import { outsiderEdits } from './external-edits.ts';
import { trespass } from './external-edits-to-ours.ts';
import { reconfigure } from './reconfigure.ts';
import { changeFinds } from './resource-changes.ts';
import { accountId, drawTags, ouPaths } from './scenario.ts';

/** Everything happens within this time, in milliseconds. */
const duration = 40 * 60_000;

/** Accounts come, move, leave and return, outsiders edit, events arrive or do not; resolves when all is over. */
export async function acts(stage: Stage): Promise<void> {
  const { organization, start, history } = stage;
  const executions: Promise<void>[] = [];
  const announce = (event: OrganizationEvent): void => {
    history.push(`${Date.now() - epoch} event ${String(event.detail.eventName)}`);
    for (const delay of deliveries(stage)) executions.push(sleep(delay).then(() => start(event)));
  };
  const stop = organization.onEvent(announce);
  const running = (execution: Promise<void>): void => void executions.push(execution);
  const moment = drawMoments(stage);
  const happenings = drawActs(stage).map(async (act) => {
    await sleep(moment());
    history.push(`${Date.now() - epoch} act ${act.name}`);
    // Spread anew each time: another configuration may be in force.
    act({ ...stage, announce, running });
    stage.lag.note();
  });
  await Promise.all(happenings);
  stop();
  // Executions start no others.
  await Promise.all(executions);
}

/** What happens in this fate, in no order. */
const drawActs = (stage: Stage): readonly Act[] => {
  const { draw, rough, inForce, successors } = stage;
  const some = (most: number, act: () => Act): readonly Act[] =>
    Array.from({ length: draw.between(1, most) }, act);
  return [
    ...Array.from({ length: drawLength(stage) }, () => draw.pick(possible)),
    ...(rough ? some(4, () => draw.pick([trespass, trespass, sweep])) : []),
    ...(inForce.all.some((each) => patternPlaces(each).size > 0) ? some(3, () => changeFinds) : []),
    // What an account has where it was approved and where it is differ only for those that move.
    ...(inForce.all.some(({ approval }) => approval !== undefined)
      ? some(3, () => draw.pick([move, tag]))
      : []),
    // Removals above the limit need several accounts that lose access at once.
    ...(inForce.all.some(({ removalLimits }) => removalLimits.accounts < 5)
      ? some(3, () => draw.pick([close, leave, move]))
      : []),
    ...successors.map(() => reconfigure),
  ];
};

/**
 * How much happens. Most fates are short, since in the same time many short ones meet more than a few long ones; one of
 * sixteen is long, with tens of runs at once.
 */
const drawLength = ({ draw }: Stage): number =>
  draw.chance(1 / 16) ? draw.between(12, 24) : Math.round(4 ** draw.random());

/** In some fates much happens at once, early on. */
const drawMoments = ({ draw }: Stage): (() => number) => {
  const atOnce = draw.pick([0.3, 0.6, 1]);
  return () => (draw.chance(atOnce) ? draw.between(0, 3_000) : draw.between(0, duration));
};

/** When an event is delivered: mostly once and soon, sometimes late, twice, or never. */
function deliveries({ draw }: Stage): readonly number[] {
  const delay = (): number => (draw.chance(0.8) ? draw.between(200, 4_000) : draw.between(0, 600_000));
  if (draw.chance(0.1)) return [];
  return draw.chance(0.15) ? [delay(), delay()] : [delay()];
}

const create: Act = ({ organization, draw, care }) => {
  const id = freshId(organization.world);
  care.changed(id);
  organization.createAccount({ id, name: `account-${id.slice(-3)}` });
  setTimeout(() => launchInstances(organization, id), draw.pick([0, 0, draw.between(1_000, 400_000)]));
  if (!draw.chance(0.4)) return;
  organization.refusePrincipal(id);
  setTimeout(() => organization.acceptPrincipal(id), draw.between(1_000, 400_000));
};

/** Made by the account's first Auto Scaling group; until then, a grant of a key cannot name it. */
export const launchInstances = (organization: SimulatedOrganization, id: string): void =>
  void organization.addRole({
    accountId: id,
    path: '/aws-service-role/autoscaling.amazonaws.com/',
    name: 'AWSServiceRoleForAutoScaling',
    trust: '{"Version":"2012-10-17","Statement":[]}',
  });

const createSeveral: Act = (happening) => {
  for (let count = happening.draw.between(2, 6); count > 0; count -= 1) create(happening);
};

const move: Act = ({ organization, draw, care }) =>
  changing({ organization, draw, care }, (id) =>
    organization.moveAccount(id, ouId(organization, draw.pick(ouPaths))),
  );

const tag: Act = ({ organization, draw, care }) =>
  changing({ organization, draw, care }, (id) =>
    draw.chance(0.5)
      ? organization.tagAccount(id, { runner: 'yes', ...drawTags(draw) })
      : organization.untagAccount(id, [draw.pick(['runner', 'runner', 'stage'])]),
  );

const close: Act = ({ organization, draw, care }) =>
  changing({ organization, draw, care }, (id) => organization.closeAccount(id));

const leave: Act = ({ organization, draw, care }) =>
  changing({ organization, draw, care }, (id) => organization.removeAccount(id));

/** Reopened by AWS support, or joined again; the first has no event. */
const comeBack: Act = ({ organization, draw, care, announce }) => {
  const { world } = organization;
  const closed = [...world.accounts.values()].filter(({ state }) => state === 'SUSPENDED');
  const gone = [...world.foreignAccounts].filter((id) => id.startsWith('5'));
  if (closed.length > 0 && draw.chance(0.5)) {
    const { id } = draw.pick(closed);
    care.changed(id);
    return organization.setState(id, 'ACTIVE');
  }
  if (gone.length === 0) return;
  const id = draw.pick(gone);
  care.changed(id);
  world.foreignAccounts.delete(id);
  organization.addAccount({ id, name: 'returned' });
  announce(apiCall(world, 'AccountJoinedOrganization', { accountId: id }));
};

const sweep: Act = ({ start, running }) => running(start({}, 'organization-sweep'));

const byHand: Act = ({ organization, draw, start, running }) =>
  withAccount({ organization, draw }, (accountId) => running(start({ accountId })));

const possible: readonly Act[] = [
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
  outsiderEdits,
  outsiderEdits,
  deny,
  deny,
  nameInTheirs,
];

const changing = (stage: Pick<Stage, 'organization' | 'draw' | 'care'>, act: (id: string) => void): void =>
  withAccount(stage, (id) => {
    stage.care.changed(id);
    act(id);
  });

function withAccount(
  { organization, draw }: Pick<Stage, 'organization' | 'draw'>,
  act: (id: string) => void,
): void {
  const members = [...organization.world.accounts.values()].filter(
    ({ id, state }) => id.startsWith('5') && state === 'ACTIVE',
  );
  if (members.length > 0) act(draw.pick(members).id);
}

function freshId({ accounts, foreignAccounts }: World): string {
  let index = 101;
  while (accounts.has(accountId(index)) || foreignAccounts.has(accountId(index))) index += 1;
  return accountId(index);
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
