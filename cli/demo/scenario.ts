import { isMember } from '../../shared/accounts/membership.ts';
import type { StateEvent } from '../../simulator/run-state-machine.ts';
import { findFirstOu } from '../event-world.ts';
import type { Simulation } from '../simulation.ts';
import { captureEvent, type Delivered, deliverEvent } from './deliver.ts';
import { listWhoCan, type Policies, readPolicies, type WhoCan } from './who-can.ts';

export const newAccount = { id: '555566667777', name: 'orders-production' };

export interface Chapter extends Delivered {
  readonly title: string;
  /** What one should see in it. */
  readonly point: string;
}

export interface ScenarioResult {
  readonly chapters: readonly Chapter[];
  /** All that the account gets in its OU, and whether it is allowed before it came, at its best, and after it went. */
  readonly accesses: readonly WhoCan[];
  readonly closed: Policies;
}

/** Prints the demo while it runs. */
export interface ScenarioPrinter {
  begins(title: string, point: string): void;
  state(event: StateEvent): void;
  ends(chapter: Chapter): void;
  accesses(accesses: readonly WhoCan[]): void;
}

/** An account is created, moved, closed, and heard of once more; each run starts from the event that tells of it. */
export async function playScenario(
  simulation: Simulation,
  printer: ScenarioPrinter,
): Promise<ScenarioResult> {
  const { organization, services, configuration } = simulation;
  const chapters: Chapter[] = [];
  const tell = async (
    title: string,
    point: string,
    act: () => void,
    event = captureEvent(simulation, act),
  ) => {
    printer.begins(title, point);
    const name = `demo-${chapters.length + 1}`;
    const delivered = await deliverEvent(simulation, event, { name, onState: printer.state });
    const chapter = { title, point, ...delivered };
    printer.ends(chapter);
    chapters.push(chapter);
    return event;
  };
  const look = () => readPolicies(services, configuration);
  const { id, name } = newAccount;
  const home = findFirstOu(simulation);

  const before = await look();
  const created = await tell(
    `${name} (${id}) is created`,
    'The account is in the root of the organization. It gets the access that every account gets.',
    () => organization.createAccount(newAccount),
  );
  await tell(
    `${name} moves to ${organization.world.organizationalUnits.get(home)?.name ?? 'the root'}`,
    'The account keeps its access, and also gets the access of the OU.',
    () => organization.moveAccount(id, home),
  );
  const after = await look();
  printer.accesses(await accessesNow(simulation, [before, after]));
  const inOu = await services.store.registry.getAccount(id);
  await tell(`${name} closes`, 'The account loses all of its access.', () => organization.closeAccount(id));
  const closed = await look();
  await tell(
    'The event of the creation arrives again',
    'Organizations says that the account is closed, so the run writes nothing.',
    () => {},
    created,
  );
  const accesses = inOu === undefined ? [] : listWhoCan(configuration, inOu, [before, after, closed]);
  return { chapters, accesses, closed };
}

async function accessesNow({ services, configuration }: Simulation, moments: readonly Policies[]) {
  const account = await services.store.registry.getAccount(newAccount.id);
  return account !== undefined && isMember(account) ? listWhoCan(configuration, account, moments) : [];
}
