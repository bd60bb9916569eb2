import type { SimulatedOu } from '../../../simulator/simulated-resources.ts';
import { launchInstances } from './actions.ts';
import type { SimulationContext } from './context.ts';
import { accountId, ouPaths } from './scenario.ts';

type OuWorld = SimulationContext['organization']['world'];

/** Actions on OUs, mostly OUs that selectors name. */
export type OuAction = (stage: Pick<SimulationContext, 'organization' | 'draw'>) => string | undefined;

const membersOf = ({ accounts }: OuWorld): readonly string[] =>
  [...accounts.values()]
    .filter(({ id, state }) => id.startsWith('5') && state === 'ACTIVE')
    .map(({ id }) => id);

/** OUs that have accounts in them or below them: the project knows no other OUs. */
function populatedOus({ organizationalUnits, accounts }: OuWorld): readonly SimulatedOu[] {
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

const isFree = ({ organizationalUnits }: OuWorld, parentId: string, name: string): boolean =>
  ![...organizationalUnits.values()].some((ou) => ou.parentId === parentId && ou.name === name);

/** The name with the first number that no OU beside it has. */
function freeName(world: OuWorld, parentId: string, name: string): string {
  let number = world.organizationalUnits.size;
  while (!isFree(world, parentId, `${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}

/** Names of the example OUs and names that only wildcards match. */
const names = [...new Set(ouPaths.map((path) => path.split('/').at(-1) ?? ''))]
  .filter((name) => !name.includes('%'))
  .concat('Workplace', 'Eu-2', 'Prod', 'Old');

const rename: OuAction = ({ organization, draw }) => {
  const { world } = organization;
  const ous = populatedOus(world);
  if (ous.length === 0) return undefined;
  const { id, parentId, name: before } = draw.pick(ous);
  const free = names.filter((name) => isFree(world, parentId, name));
  const name = draw.pick(free);
  organization.renameOu(id, name);
  return `renames ${id} from ${before} to ${name}`;
};

/** Another OU takes the name, and an account moves into it or is created in it. */
const replace: OuAction = ({ organization, draw }) => {
  const { world } = organization;
  const ous = populatedOus(world);
  if (ous.length === 0) return undefined;
  const { id, parentId, name } = draw.pick(ous);
  organization.renameOu(id, freeName(world, parentId, name));
  return `renames ${id}; ${create({ organization, draw }, parentId, name)}`;
};

/** An OU without OUs below it is emptied and deleted, and mostly created again with its name. */
const recreateOu: OuAction = ({ organization, draw }) => {
  const { world } = organization;
  const leaves = populatedOus(world).filter(
    ({ id }) => ![...world.organizationalUnits.values()].some(({ parentId }) => parentId === id),
  );
  if (leaves.length === 0) return undefined;
  const { id, parentId, name } = draw.pick(leaves);
  for (const account of [...world.accounts.values()])
    if (account.parentId === id) organization.moveAccount(account.id, parentId);
  organization.deleteOu(id);
  if (draw.chance(0.3)) return `deletes ${id} (${name})`;
  return `deletes ${id} (${name}); ${create({ organization, draw }, parentId, name)}`;
};

function create({ organization, draw }: Parameters<OuAction>[0], parentId: string, name: string): string {
  const { world } = organization;
  const id = freshOuId(world);
  organization.createOu({ id, name, parentId });
  return `creates ${id} (${name}) in ${parentId}; ${populate({ organization, draw }, id)}`;
}

const createBelow: OuAction = ({ organization, draw }) => {
  const { world } = organization;
  const parentId = draw.pick([world.settings.rootId, ...world.organizationalUnits.keys()]);
  const free = names.filter((name) => isFree(world, parentId, name));
  return create({ organization, draw }, parentId, draw.pick(free));
};

/** One or two accounts enter the OU. Some are new. */
function populate({ organization, draw }: Parameters<OuAction>[0], parentId: string): string {
  const { world } = organization;
  const members = membersOf(world).filter((id) => world.accounts.get(id)?.parentId !== parentId);
  if (members.length > 0 && draw.chance(0.6)) {
    const id = draw.pick(members);
    organization.moveAccount(id, parentId);
    return `moves ${id} to ${parentId}`;
  }
  const id = freshAccountId(world);
  organization.addAccount({ id, name: `account-${id.slice(-3)}`, parentId, tags: { runner: 'yes' } });
  launchInstances(organization, id);
  return `adds ${id} to ${parentId}`;
}

const move: OuAction = ({ organization, draw }) =>
  populate({ organization, draw }, draw.pick([...organization.world.organizationalUnits.keys()]));

function freshAccountId({ accounts, foreignAccounts }: OuWorld): string {
  let index = 301;
  while (accounts.has(accountId(index)) || foreignAccounts.has(accountId(index))) index += 1;
  return accountId(index);
}

/** No id of a deleted OU is used again. */
function freshOuId({ settings }: OuWorld): string {
  const random = Math.floor(settings.random() * 36 ** 6);
  return `ou-exam-again${random.toString(36).padStart(6, '0')}`;
}

export const ouActions: readonly OuAction[] = [rename, rename, replace, recreateOu, createBelow, move];
