import pMap from 'p-map';
import { AccountNotMemberError } from '../accounts/errors.ts';
import { getActiveConfiguration } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import type { Account } from '../platform/account.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { Readiness } from '../store/readiness.ts';
import { type Finding, listAccountFindings, listUnjudged } from './access-findings.ts';
import type { AccessResult } from './access-result.ts';
import { listActiveResources } from './desired-resources.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { proveFindings } from './prove-findings.ts';
import { computeReadiness } from './readiness.ts';
import type { Services } from './services.ts';

export interface AccountCheck {
  readonly account: Account;
  readonly results: readonly AccessResult[];
  /** Absent if the configuration grants nothing to the account. */
  readonly readiness: Readiness | undefined;
}

/**
 * Verifies every access of one account by what AWS has now. Writes nothing, and waits for nothing.
 * @throws AccountNotMemberError if the registry does not have the account
 */
export async function checkAccount(
  services: Services,
  { runId, accountId }: { readonly runId: string; readonly accountId: string },
): Promise<AccountCheck> {
  const active = await getActiveConfiguration(services.store);
  const { configuration } = active;
  const account = await services.store.registry.getAccount(accountId);
  if (account === undefined)
    throw new AccountNotMemberError(`The registry has no account ${accountId}. Run: onboarding import`, {
      accountId,
    });
  const context = getGrantContext(configuration);
  const findings = await pMap(
    listActiveResources(active, [account]),
    async (desired): Promise<readonly Finding[]> => {
      try {
        const clients = services.aws(runId, configuration).getReader(desired.ref);
        const state = await desired.kind.read(clients, desired.ref, context);
        const { managed } = (await services.store.resources.get(desired.key)) ?? {};
        const documents = Object.values(desired.kind.toDocuments(state, managed?.sids));
        return listAccountFindings(desired, account, { documents, kept: new Set() }, context);
      } catch (error) {
        const reason = `the central resource cannot be read: ${toErrorRecord(error).message}`;
        return listUnjudged(desired, account, context, { status: 'unknown', reason });
      }
    },
    { concurrency: 8 },
  );
  const readings = createPolicyReadings(services);
  const request = { runId, configuration, readings, mayArrive: false };
  const results = (await proveFindings(services, request, findings.flat())).flatMap(
    ({ result }) => result ?? [],
  );
  return { account, results, readiness: computeReadiness(results) };
}
