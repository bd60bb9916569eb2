import { type RegistryAccess, refreshAccount } from '../../shared/accounts/refresh-account.ts';
import type { Clock } from '../../shared/platform/clock.ts';
import { memoryStore } from '../../shared/store/memory.ts';
import type { RegistryStore } from '../../shared/store/ports.ts';
import { type TestOrganization, testOrganization } from './organizations.ts';

/** The account that the tests look at, and places for it. */
export const id = '555566667777';
export const sandbox = { parentId: 'ou-exam-sandbox01' };
export const production = { parentId: 'ou-exam-product01' };

export interface RegistryEnv extends RegistryAccess {
  readonly organization: TestOrganization;
  readonly clock: ReturnType<typeof testClock>;
}

/** An organization, an empty registry (with some methods replaced), and a clock that passes only in sleep. */
export function createRegistryEnv(
  around: (registry: RegistryStore) => Partial<RegistryStore> = () => ({}),
): RegistryEnv {
  const organization = testOrganization();
  const inner = memoryStore().registry;
  const registry = { ...inner, ...around(inner) };
  return {
    organization,
    organizations: organization.client,
    registry,
    clock: testClock(),
    random: () => 0.5,
  };
}

export const refresh = (env: RegistryEnv, accountId = id) => refreshAccount({ ...env, accountId });

function testClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = Date.UTC(2026, 2, 2, 9, 0, 0);
  return {
    slept,
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}
