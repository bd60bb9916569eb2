import type { Entry } from './entry.ts';
import { list, type Statement } from './policies.ts';
import { byRole, byService, forNobody } from './probes.ts';
import type { Case, Probes } from './reader.ts';

/** The statements of a grant with `preset: raw`, from the configuration. */
export const rawStatementsOf = (entry: Entry): readonly Statement[] =>
  'statements' in entry ? ((entry.statements ?? []) as readonly Statement[]) : [];

interface Raw {
  readonly resource: string;
  /** The source of a service's request, such as `lambda:function:any`. */
  readonly source: string;
  /** Actions that no raw statement of a simulated configuration allows to a role. */
  readonly refused: readonly string[];
}

/** The access of one account by raw statements: each action, by a role of the account or by a service on its behalf. */
export function rawProbes(grantCase: Case, { resource, source, refused }: Raw): Probes {
  const requests = rawStatementsOf(grantCase.entry).flatMap(({ Principal, Action }) => {
    const services = typeof Principal === 'object' ? list(Principal.Service) : [];
    return list(Action).flatMap((action) =>
      services.length === 0
        ? [byRole(grantCase, { action, resource })]
        : services.map((service) => byService(grantCase, service, { action, resource, source })),
    );
  });
  const byServices = requests.filter(({ who }) => typeof who === 'object' && 'service' in who);
  return {
    allowed: requests,
    refused: [
      ...byServices.map(forNobody),
      ...refused.map((action) => byRole(grantCase, { action, resource })),
    ],
  };
}
