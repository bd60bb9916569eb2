import { type PlantedFault, plain } from './planted-fault.ts';

/** Planning. */
export const planningFaults: readonly PlantedFault[] = [
  {
    ...plain.planning,
    name: 'grace-forever',
    title: 'a grace never ends',
    file: 'shared/reconcile/planned-share.ts',
    replace: 'return { leaving, due: unwanted.filter((id) => !isInGrace(request, id, hours)) };',
    by: 'return hours > 0 ? { leaving: unwanted, due: [] } : { leaving, due: unwanted };',
  },
  {
    ...plain.planning,
    name: 'closed-withheld',
    title: 'closed accounts wait for an operator',
    file: 'shared/reconcile/planned-share.ts',
    replace: 'const doubtful = removed.filter((id) => !isClosed(getAccountOrPlaceholder(request, id)));',
    by: 'const doubtful = removed.filter((id) => !isClosed(getAccountOrPlaceholder(request, id)) || granted > 0);',
  },
  {
    ...plain.planning,
    name: 'never-taken-back',
    title: 'no removal is ever carried out',
    file: 'shared/reconcile/planned-share.ts',
    replace: 'if (doubtful.length > maxAccounts && doubtful.length > maxFraction * granted) return doubtful;',
    by: 'if (doubtful.length > 0 || maxAccounts < 0 || maxFraction < 0 || granted < 0) return doubtful;',
  },
];
