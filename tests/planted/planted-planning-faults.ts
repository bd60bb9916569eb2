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
    name: 'closed-removal-blocked',
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
  {
    ...plain.planning,
    name: 'former-grant-names-closed',
    title: 'a former grant that stays goes on naming accounts that lose their access',
    file: 'shared/reconcile/former-grants.ts',
    replace: 'new Set([...removed, ...closed, ...(request.excluded ?? [])])',
    by: 'new Set([...(request.excluded ?? []), ...closed.slice(0, 0)])',
    flow: 'tests/flows/configuration-change',
  },
  {
    ...plain.planning,
    name: 'former-grants-unlimited',
    title: 'the removal limit does not count accounts of former grants',
    file: 'shared/reconcile/former-grants.ts',
    replace: 'listBlockedTogether(request, due, before.size)',
    by: 'listBlockedTogether(request, due.slice(0, 0), before.size)',
    repairedBy: 'no rule of the simulation demands that a removal is blocked; units and flows do',
    flow: 'tests/flows/configuration-change',
  },
];
