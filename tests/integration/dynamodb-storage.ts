import { setImmediate as turn } from 'node:timers/promises';
import { dynamoStore } from '../../shared/store/dynamodb/store.ts';
import type { Table } from '../../shared/store/dynamodb/table.ts';
import { flowClock } from '../flows/clock.ts';
import type { Storage } from '../flows/storage.ts';
import { eachMethod } from '../simulation/function-crashes.ts';

/** Milliseconds. Long enough that runs often wake together, and so send requests to the table at the same moment. */
const tick = 50;

/**
 * Simulated time above a real table: the clock stands still while the table has a question to answer. Otherwise a
 * lease would end, in simulated time, while its owner waits for a few real milliseconds.
 */
export function dynamoStorage(table: Table): Storage {
  const open = new Set<Promise<unknown>>();
  const noted = async <T>(act: () => Promise<T>): Promise<T> => {
    const answer = act();
    open.add(answer);
    return answer.finally(() => open.delete(answer));
  };
  const quiet = async () => {
    await turn();
    while (open.size > 0) {
      await Promise.allSettled(open);
      await turn();
    }
  };
  return { store: eachMethod(dynamoStore(table), noted), clock: flowClock({ quiet, tick }) };
}
