import type { SimulatedOu } from '../simulator/world.ts';
import { launchInstances } from './acts.ts';
import type { Stage } from './play.ts';
import { accountId, ouPaths } from './scenario.ts';

type World = Stage['organisation']['world'];

/** What happens to OUs: those that selectors know, mostly. */
export type OuAct = (stage: Pick<Stage, 'organisation' | 'draw'>) => string | undefined;

const membersOf = ({ accounts }: World): readonly string[] =>
  [...accounts.values()]
    .filter(({ id, state }) => id.startsWith('5') && state === 'ACTIVE')
    .map(({ id }) => id);

/** OUs that have accounts in them or below them: no other OU is known to this project. */
function populatedOus({ organizationalUnits, accounts }: World): readonly SimulatedOu[] {
  const populated = new Set<string>();
  for (const { parentId } of accounts.values())
    for (
      let ou = organizationalUnits.get(parentId);
      ou !== undefined;
      ou = organizationalUnits.get(ou.parentId)
    )
      populated.add(ou.id);
  return [...organizationalUnits.values()].filter(({ id }) => populated.has(id));
}

const isFree = ({ organizationalUnits }: World, parentId: string, name: string): boolean =>
  ![...organizationalUnits.values()].some((ou) => ou.parentId === parentId && ou.name === name);

/** The name with the first number that no OU beside it has. */
function freeName(world: World, parentId: string, name: string): string {
  let number = world.organizationalUnits.size;
  while (!isFree(world, parentId, `${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}

/** Names of the example OUs and names that only wildcards match. */
const names = [...new Set(ouPaths.map((path) => path.split('/').at(-1) ?? ''))]
  .filter((name) => !name.includes('%'))
  .concat('Workplace', 'Eu-2', 'Prod', 'Old');

const rename: OuAct = ({ organisation, draw }) => {
  const { world } = organisation;
  const ous = populatedOus(world);
  if (ous.length === 0) return undefined;
  const { id, parentId, name: before } = draw.pick(ous);
  const free = names.filter((name) => isFree(world, parentId, name));
  const name = draw.pick(free);
  organisation.renameOu(id, name);
  return `renames ${id} from ${before} to ${name}`;
};

/** Another OU takes the name, and an account moves into it or is made in it. */
const replace: OuAct = ({ organisation, draw }) => {
  const { world } = organisation;
  const ous = populatedOus(world);
  if (ous.length === 0) return undefined;
  const { id, parentId, name } = draw.pick(ous);
  organisation.renameOu(id, freeName(world, parentId, name));
  return `renames ${id}; ${create({ organisation, draw }, parentId, name)}`;
};

/** An OU without OUs below it is emptied and deleted, and mostly made again under its name. */
const recreateOu: OuAct = ({ organisation, draw }) => {
  const { world } = organisation;
  const leaves = populatedOus(world).filter(
    ({ id }) => ![...world.organizationalUnits.values()].some(({ parentId }) => parentId === id),
  );
  if (leaves.length === 0) return undefined;
  const { id, parentId, name } = draw.pick(leaves);
  for (const account of [...world.accounts.values()])
    if (account.parentId === id) organisation.moveAccount(account.id, parentId);
  organisation.deleteOu(id);
  if (draw.chance(0.3)) return `deletes ${id} (${name})`;
  return `deletes ${id} (${name}); ${create({ organisation, draw }, parentId, name)}`;
};

function create({ organisation, draw }: Parameters<OuAct>[0], parentId: string, name: string): string {
  const { world } = organisation;
  const id = freshOuId(world);
  organisation.createOu({ id, name, parentId });
  return `creates ${id} (${name}) in ${parentId}; ${populate({ organisation, draw }, id)}`;
}

const createBelow: OuAct = ({ organisation, draw }) => {
  const { world } = organisation;
  const parentId = draw.pick([world.settings.rootId, ...world.organizationalUnits.keys()]);
  const free = names.filter((name) => isFree(world, parentId, name));
  return create({ organisation, draw }, parentId, draw.pick(free));
};

/** One or two accounts come into the OU; some accounts are new. */
function populate({ organisation, draw }: Parameters<OuAct>[0], parentId: string): string {
  const { world } = organisation;
  const members = membersOf(world).filter((id) => world.accounts.get(id)?.parentId !== parentId);
  if (members.length > 0 && draw.chance(0.6)) {
    const id = draw.pick(members);
    organisation.moveAccount(id, parentId);
    return `moves ${id} to ${parentId}`;
  }
  const id = freshAccountId(world);
  organisation.addAccount({ id, name: `account-${id.slice(-3)}`, parentId, tags: { runner: 'yes' } });
  launchInstances(organisation, id);
  return `adds ${id} to ${parentId}`;
}

const move: OuAct = ({ organisation, draw }) =>
  populate({ organisation, draw }, draw.pick([...organisation.world.organizationalUnits.keys()]));

function freshAccountId({ accounts, foreignAccounts }: World): string {
  let index = 301;
  while (accounts.has(accountId(index)) || foreignAccounts.has(accountId(index))) index += 1;
  return accountId(index);
}

/** No id of a deleted OU comes back. */
function freshOuId({ settings }: World): string {
  const random = Math.floor(settings.random() * 36 ** 6);
  return `ou-exam-again${random.toString(36).padStart(6, '0')}`;
}

export const ouActs: readonly OuAct[] = [rename, rename, replace, recreateOu, createBelow, move];
