import { deepFreeze } from '../platform/deep-freeze.ts';
import { all, soon, sortedBy } from './memory-steps.ts';
import { type Delivery, isOpenDelivery, type OutboxStore, type RememberedTargets } from './ports.ts';

export function memoryOutbox(): OutboxStore {
  const deliveries = new Map<string, Delivery>();
  const secrets = new Set<string>();
  const targets = new Map<string, RememberedTargets>();
  const keyOf = ({ source, id }: Pick<Delivery, 'source' | 'id'>): string => `${source}#${id}`;
  return {
    get: (key) => soon(() => deliveries.get(keyOf(key))),
    put: (delivery, expected) =>
      soon(() => {
        if (deliveries.get(keyOf(delivery))?.revision !== expected) return false;
        deliveries.set(keyOf(delivery), deepFreeze(delivery));
        return true;
      }),
    listBySource: (source, prefix) =>
      soon(() => {
        const found = [...deliveries.values()].filter((each) => each.source === source);
        return sortedBy(
          found.filter(({ id }) => id.startsWith(prefix)),
          keyOf,
        );
      }),
    listOpen: () => soon(() => all(sortedBy([...deliveries.values()].filter(isOpenDelivery), keyOf))),
    watch: (arn) => soon(() => void secrets.add(arn)),
    unwatch: (arn) =>
      soon(() => {
        secrets.delete(arn);
        targets.delete(arn);
      }),
    rememberTargets: (arn, found) => soon(() => void targets.set(arn, deepFreeze(found))),
    getRememberedTargets: (arn) => soon(() => targets.get(arn)),
    listWatched: () => soon(() => sortedBy([...secrets], (arn) => arn)),
  };
}
