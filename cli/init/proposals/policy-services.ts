import { parsePolicy, toArray } from '../../../shared/iam/document.ts';

/** The services that the Allow statements of a policy name. Empty if the policy cannot be parsed. */
export function listAllowedServices(policy: string | undefined, where: string): ReadonlySet<string> {
  if (policy === undefined) return new Set();
  try {
    const allowing = parsePolicy(policy, where).Statement.filter(({ Effect }) => Effect === 'Allow');
    return new Set(
      allowing.flatMap(({ Principal }) =>
        typeof Principal === 'object' ? toArray(Principal.Service ?? []) : [],
      ),
    );
  } catch {
    return new Set();
  }
}
