import { applyWrite } from '../simulator/dynamodb/tables.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';

interface Place {
  readonly parentIds: readonly string[];
  readonly ouPath: string;
}

/**
 * Adds accounts to the registry of every table until it has so many, as an import stores them. Organizations does not know
 * them.
 */
export function addRegisteredAccounts(
  { world }: SimulatedOrganization,
  accounts: number,
  placeOf: (number: number) => Place,
): void {
  for (const table of world.tables.values()) {
    const registry = [...(table.partitions.get('REGISTRY')?.values() ?? [])];
    const items = registry.filter(({ sk }) => String(sk).startsWith('ACCOUNT#'));
    for (let number = items.length; number < accounts; number += 1) {
      const id = String(500_000_000_000 + number);
      const tags = { unit: `unit-${number % 100}`, team: `team-${number % 7}` };
      const own = { ...placeOf(number), tags, id, sk: `ACCOUNT#${id}`, name: `workload-${number}` };
      applyWrite(table, { Item: { ...items[0], ...own } });
    }
  }
}
