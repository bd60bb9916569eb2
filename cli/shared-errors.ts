import type { ErrorRecord } from '../shared/platform/errors.ts';
import { formatGroupedCauses, groupByCause } from '../shared/reconcile/grouped-causes.ts';

interface Failed {
  readonly resource: string;
  readonly error?: ErrorRecord | undefined;
}

/** Errors that several resources have in common. They are printed once, and not beside each resource. */
export interface SharedErrors {
  readonly lines: readonly string[];
  readonly resources: ReadonlySet<string>;
}

export function groupSharedErrors(resources: readonly Failed[]): SharedErrors {
  const failed = resources.flatMap(({ resource, error }) =>
    error === undefined ? [] : [{ resource, text: `${error.name}: ${error.message}` }],
  );
  const shared = groupByCause(failed)
    .filter(({ length }) => length > 1)
    .flat();
  return { lines: formatGroupedCauses(shared), resources: new Set(shared.map(({ resource }) => resource)) };
}
