import { importOrganization } from '../../../shared/accounts/registry.ts';
import { checkAccount } from '../../../shared/reconcile/check-account.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createExampleOrganization, ensureOu } from '../../../simulator/example-organization.ts';
import { runLocally } from '../../../simulator/local-deployment.ts';
import { addMemberStackSets } from '../../../simulator/member-stack-sets.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import type { Violation } from '../accounts/write-observer.ts';
import { type ExpectedAccess, expectedAccesses } from '../oracle/member-half.ts';
import { createDraw, createSeededRandom, type Draw } from '../random.ts';
import { damages } from './damages.ts';
import { drawMemberRoles, memberOus } from './draw-member-roles.ts';

interface PlayedReadiness {
  readonly violations: readonly Violation[];
  /** The history in order: equal for equal seeds. */
  readonly history: readonly string[];
  /** Number of judged accesses. */
  readonly accesses: number;
  /** Number of accesses that were not verified. */
  readonly broken: number;
}

/** Accounts with member roles are onboarded. Then people break some parts, and verification must find exactly these. */
export async function playReadiness({ seed }: { readonly seed: number }): Promise<PlayedReadiness> {
  const draw = createDraw(createSeededRandom(seed));
  const configuration = drawMemberRoles(draw);
  const clock = createClock();
  const organization = createExampleOrganization(configuration, { clock, random: draw.random });
  const ids = addAccounts(organization, draw);
  addMemberStackSets(organization, configuration);
  const services = createSimulatedServices(organization, { quick: true });
  const { store, hub, random } = services;
  await importOrganization({ registry: store.registry, organizations: hub.organizations, clock, random });
  await activateConfiguration(services, configuration, 'the simulation');
  await runLocally({ services, name: 'first', input: { accountIds: ids } });

  const history: string[] = [];
  const violations: Violation[] = [];
  const total = { accesses: 0, broken: 0 };
  const judge = async (moment: string): Promise<void> => {
    const all = expectedAccesses({ world: organization.world, configuration, waiting: new Map() });
    for (const id of ids) {
      const wanted = all.filter(({ accountId }) => accountId === id);
      const { results, readiness } = await checkAccount(services, {
        runId: `${moment}-${id}`,
        accountId: id,
      });
      const what = compare(wanted, results, readiness?.ready).map((line) => `${moment}: ${line}`);
      violations.push(...what.map((each) => ({ at: clock.now(), what: each })));
      total.accesses += wanted.length;
      total.broken += wanted.filter(({ status }) => status !== 'verified').length;
      history.push(`${moment} ${id} ${wanted.map(({ key, status }) => `${key} ${status}`).join(', ')}`);
    }
  };
  await judge('onboarded');
  if (total.broken > 0) violations.push({ at: 0, what: 'the oracle does not find every access in place' });
  for (let count = draw.between(1, 3); count > 0; count -= 1) history.push(damage(organization, draw, ids));
  await judge('damaged');
  return { violations, history, ...total };
}

/** Time only passes while a part waits. */
function createClock() {
  let now = Date.parse('2026-03-02T09:00:00Z');
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

function addAccounts(organization: SimulatedOrganization, draw: Draw): readonly string[] {
  const count = draw.between(1, 3);
  return Array.from({ length: count }, (_, index) => {
    const id = String(500_000_000_001 + index);
    const parentId = ensureOu(organization, draw.pick(memberOus));
    organization.addAccount({ id, name: `account-${index + 1}`, parentId });
    return id;
  });
}

/** @returns the broken part, and its account */
function damage(organization: SimulatedOrganization, draw: Draw, ids: readonly string[]): string {
  const roles = [...organization.world.roles.values()].filter(
    ({ accountId, path }) => ids.includes(accountId) && ['/people/', '/deploy/', '/app/'].includes(path),
  );
  if (roles.length === 0) return 'nothing is left to break';
  const role = draw.pick(roles);
  const [name = '', make = () => {}] = draw.pick(Object.entries(damages));
  make({ organization, draw, role });
  return `${name}: ${role.arn}`;
}

interface Judged {
  readonly resource: string;
  readonly role?: string;
  readonly status: string;
  readonly reason?: string;
}

/** The differences between verification and the oracle. */
function compare(
  wanted: readonly ExpectedAccess[],
  results: readonly Judged[],
  ready: boolean | 'unproven' | undefined,
): readonly string[] {
  const differing = wanted.flatMap(({ key, role, status, accountId }) => {
    const matching = results.filter((each) => each.resource === key && each.role === role);
    return matching.length === 1 && matching[0]?.status === status
      ? []
      : [`${accountId}: ${role} on ${key} is ${status}, not ${matching.map(describe).join(' and ')}`];
  });
  const expectedReady = readyOf(wanted.map(({ status }) => status));
  return [
    ...differing,
    ...(results.length === wanted.length
      ? []
      : [`${results.length} of ${wanted.length} accesses were judged`]),
    ...(ready === expectedReady ? [] : [`ready is ${expectedReady}, not ${ready}`]),
  ];
}

const describe = ({ status, reason }: Judged): string => `${status} (${reason ?? 'without a reason'})`;

function readyOf(statuses: readonly string[]): boolean | 'unproven' | undefined {
  if (statuses.length === 0) return undefined;
  if (statuses.some((each) => each === 'denied' || each === 'pending')) return false;
  return statuses.every((each) => each === 'verified') ? true : 'unproven';
}
