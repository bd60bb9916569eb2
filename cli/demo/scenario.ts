import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import type { StateEvent } from '../../simulator/run-state-machine.ts';
import { findFirstOu } from '../event-world.ts';
import type { Simulation } from '../simulation.ts';
import { type BrokenTrust, breakTrust, findRoleToBreak } from './broken-trust.ts';
import { captureEvent, type Delivered, deliverEvent } from './deliver.ts';
import { listWhoCan, type Policies, readPolicies, type WhoCan } from './who-can.ts';

export const newAccount = { id: '555566667777', name: 'orders-production' };

export interface Chapter extends Delivered {
  readonly title: string;
  /** One sentence: what this step of the demo shows. */
  readonly point: string;
}

export interface ScenarioResult {
  readonly chapters: readonly Chapter[];
  /**
   * All access of the account in its OU, and whether each is allowed before the account exists, after onboarding, and
   * after it is closed.
   */
  readonly accesses: readonly WhoCan[];
  /** Both halves of each access after onboarding. */
  readonly check: AccountCheck;
  /** Absent if the account has no member role that the demo could break. */
  readonly brokenTrust: BrokenTrust | undefined;
  readonly closed: Policies;
}

/** Prints the demo while it runs. */
export interface ScenarioPrinter {
  begins(title: string, point: string): void;
  state(event: StateEvent): void;
  ends(chapter: Chapter): void;
  accesses(accesses: readonly WhoCan[], check: AccountCheck): void;
  checked(check: AccountCheck): void;
}

/**
 * The story of the demo: an account is created, moved, checked with a broken trust policy, and closed. Then the event
 * of its creation arrives again. Each run starts from an event.
 */
export async function playScenario(
  simulation: Simulation,
  printer: ScenarioPrinter,
): Promise<ScenarioResult> {
  const { organization, services } = simulation;
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
  const readAll = () => readPolicies(services);
  const { id, name } = newAccount;
  const home = findFirstOu(simulation);

  const before = await readAll();
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
  const after = await readAll();
  const active = await getActiveConfiguration(services.store);
  const check = await checkAccount(services, { runId: 'demo-check', accountId: id });
  printer.accesses(listWhoCan(active, check.account, [before, after]), check);
  const brokenTrust = await playBrokenTrust(simulation, printer, check);
  await tell(`${name} closes`, 'The account loses all of its access.', () => organization.closeAccount(id));
  const closed = await readAll();
  await tell(
    'The event of the creation arrives again',
    'Organizations says that the account is closed, so the run writes nothing.',
    () => {},
    created,
  );
  const accesses = listWhoCan(active, check.account, [before, after, closed]);
  return { chapters, accesses, check, brokenTrust, closed };
}

/** Shows that the central half alone does not give access: the member role must trust the right principal, too. */
async function playBrokenTrust(
  simulation: Simulation,
  printer: ScenarioPrinter,
  check: AccountCheck,
): Promise<BrokenTrust | undefined> {
  const role = findRoleToBreak(check);
  if (role === undefined) return undefined;
  printer.begins(
    `An administrator breaks the trust policy of ${role} in ${newAccount.name}`,
    `The central policies allow as much as before. \`onboarding check --account ${newAccount.id}\` says:`,
  );
  const brokenTrust = await breakTrust(simulation, check, role);
  printer.checked(brokenTrust.broken);
  return brokenTrust;
}
