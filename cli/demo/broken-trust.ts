import type { AccessResult } from '../../shared/reconcile/access-result.ts';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import type { SimulatedRole } from '../../simulator/simulated-resources.ts';
import type { Simulation } from '../simulation.ts';

/** The result of verification while a role of the member account trusts only its own account. */
export interface BrokenTrust {
  /** Name of the role, with its path. */
  readonly role: string;
  readonly before: AccountCheck;
  readonly broken: AccountCheck;
}

/** The member role whose trust policy the demo breaks: the last role with a verified access. */
export const findRoleToBreak = ({ results }: AccountCheck): string | undefined =>
  results.findLast(({ role, status }) => role !== undefined && status === 'verified')?.role;

/** Breaks the trust policy of the role, checks the account, and restores the trust policy. */
export async function breakTrust(
  { organization, services, configuration }: Simulation,
  before: AccountCheck,
  role: string,
): Promise<BrokenTrust> {
  const accountId = before.account.id;
  const arn = `arn:${configuration.partition}:iam::${accountId}:role/${role}`;
  const brokenRole: SimulatedRole | undefined = organization.world.roles.get(arn);
  if (brokenRole === undefined) throw new Error(`There is no role ${arn}`);
  const { trust } = brokenRole;
  brokenRole.trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:${configuration.partition}:iam::${accountId}:root` },
        Action: 'sts:AssumeRole',
      },
    ],
  });
  try {
    return { role, before, broken: await checkAccount(services, { runId: 'demo-broken', accountId }) };
  } finally {
    brokenRole.trust = trust;
  }
}

/** Whether exactly the accesses of this role are denied now, and all others have the same result as before. */
export const isDeniedExactly = ({ role, before, broken }: BrokenTrust): boolean => {
  const statuses = new Map(before.results.map((result) => [keyOf(result), result.status]));
  return broken.results.every((result) =>
    result.role === role ? result.status === 'denied' : result.status === statuses.get(keyOf(result)),
  );
};

const keyOf = ({ resource, who, what }: AccessResult): string => `${resource}: ${who} ${what}`;
