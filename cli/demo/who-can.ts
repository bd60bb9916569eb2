import pMap from 'p-map';
import {
  getActiveConfiguration,
  type ResolvedConfiguration,
} from '../../shared/configuration/active-configuration.ts';
import { getGrantContext } from '../../shared/configuration/context.ts';
import type { Access } from '../../shared/grants/access.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import type { AccountCheck } from '../../shared/reconcile/check-account.ts';
import type { DesiredResource } from '../../shared/reconcile/desired-resource.ts';
import { listActiveResources } from '../../shared/reconcile/desired-resources.ts';
import { judgeAccess, listAccesses } from '../../shared/reconcile/judge-access.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import type { AccessStatus } from '../../shared/store/readiness.ts';

/** The policies of every resource at one moment of the demo, as AWS returns them. */
export type Policies = ReadonlyMap<string, readonly (PolicyDocument | undefined)[]>;

export async function readPolicies(services: Services): Promise<Policies> {
  const active = await getActiveConfiguration(services.store);
  const { configuration } = active;
  const context = getGrantContext(configuration);
  const read = await pMap(
    listActiveResources(active, []),
    async ({ key, kind, ref }) => {
      const clients = services.aws('demo-look', configuration).getReader(ref);
      const state = await kind.read(clients, ref, context);
      return [key, Object.values(kind.toDocuments(state))] as const;
    },
    { concurrency: 8 },
  );
  return new Map(read);
}

/** An access that the configuration gives, and whether the central account allows it at several moments of the demo. */
export interface WhoCan {
  /** Key of the central resource. */
  readonly resource: string;
  readonly who: string;
  readonly what: string;
  /** Whether the access also needs a role of the member account. */
  readonly needsMemberRole: boolean;
  readonly allowed: readonly boolean[];
}

/** Evaluates all access of an account against the policies of each moment. */
export function listWhoCan(
  active: ResolvedConfiguration,
  account: Account,
  moments: readonly Policies[],
): readonly WhoCan[] {
  const context = getGrantContext(active.configuration);
  return listActiveResources(active, [account]).flatMap((desired) =>
    listAccesses(desired, account, context).map((access) => ({
      resource: desired.key,
      who: access.who,
      what: access.what,
      needsMemberRole: access.member !== undefined,
      allowed: moments.map((policies) => isAllowed(desired, policies, access)),
    })),
  );
}

const isAllowed = ({ key, kind }: DesiredResource, policies: Policies, access: Access): boolean =>
  judgeAccess(policies.get(key) ?? [], kind.policyKind, access).outcome === 'allowed';

/** The result of verification for an access, if verification covered it. */
export const findStatus = (
  { results }: AccountCheck,
  { resource, who, what }: WhoCan,
): AccessStatus | undefined =>
  results.find((each) => each.resource === resource && each.who === who && each.what === what)?.status;

/** How many accesses are allowed at a moment. */
export const countAllowed = (accesses: readonly WhoCan[], moment: number): number =>
  accesses.filter(({ allowed }) => allowed[moment] === true).length;

/** Number of policies that mention the account anywhere. */
export const countMentions = (policies: Policies, accountId: string): number =>
  [...policies.values()].filter((documents) => JSON.stringify(documents).includes(accountId)).length;
