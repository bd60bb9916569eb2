import { type PlantedFault, plain } from './planted-fault.ts';

/** Planning. */
export const planningFaults: readonly PlantedFault[] = [
  {
    ...plain.planning,
    name: 'grace-forever',
    title: 'a grace never ends',
    file: 'shared/reconcile/hold-removals.ts',
    replace: 'Date.parse(rules.now) - Date.parse(removalDueSince(rules, id)) < hours * hour;',
    by: 'Date.parse(rules.now) - Date.parse(removalDueSince(rules, id)) < hours * hour * 1_000_000;',
  },
  {
    ...plain.planning,
    name: 'closed-withheld',
    title: 'closed accounts wait for an operator',
    file: 'shared/reconcile/hold-removals.ts',
    replace: '!isClosed(getAccountOrPlaceholder(rules, id));',
    by: '!isClosed(getAccountOrPlaceholder(rules, id)) || id.length > 0;',
  },
  {
    ...plain.planning,
    name: 'never-taken-back',
    title: 'no removal is ever carried out',
    file: 'shared/reconcile/hold-removals.ts',
    replace: 'return counted.length > maxAccounts && counted.length > maxFraction * count;',
    by: 'return counted.length > 0 || maxAccounts < 0 || maxFraction < 0 || count < 0;',
  },
];
