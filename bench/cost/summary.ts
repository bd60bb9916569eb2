import { compareByText } from '../../shared/platform/order.ts';
import type { CountedTableCall } from './tally.ts';

export interface TableCallCount {
  readonly name: string;
  readonly calls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** By operation and type of item, ordered. */
export const listTableCalls = (calls: readonly CountedTableCall[]): readonly TableCallCount[] =>
  [...Map.groupBy(calls, ({ name }) => name)]
    .map(([name, group]) => ({
      name,
      calls: group.length,
      readUnits: group.reduce((units, call) => units + call.readUnits, 0),
      writeUnits: group.reduce((units, call) => units + call.writeUnits, 0),
    }))
    .toSorted(compareByText(({ name }) => name));

const isRegistryRead = ({ name }: CountedTableCall): boolean => name === 'Query whole registry';

/** How often one function read the whole registry, the largest number. A read is all of its pages. */
export function countRegistryReads(calls: readonly CountedTableCall[]): number {
  const reads = calls.filter((call) => isRegistryRead(call) && call.isFirstPage);
  const byFunction = Map.groupBy(reads, ({ functionToken }) => functionToken);
  return Math.max(0, ...[...byFunction.values()].map((group) => group.length));
}
