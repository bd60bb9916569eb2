import {
  DescribePolicyCommand,
  type OrganizationsClient,
  paginateListPoliciesForTarget,
} from '@aws-sdk/client-organizations';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import type { ControlPolicyTarget } from '../iam/control-policies.ts';
import { parsePolicy } from '../iam/document.ts';
import type { Account } from '../platform/account.ts';
import { ThrottledError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { PolicyReadings } from './policy-readings.ts';

/** The SCPs or RCPs that apply to accounts, or why they were not read. */
export type OrganizationPolicies =
  | { listPolicies(target: ControlPolicyTarget): readonly AppliedPolicy[] }
  | { readonly unread: string };

const types = { scp: 'SERVICE_CONTROL_POLICY', rcp: 'RESOURCE_CONTROL_POLICY' } as const;

export type LocatedTarget = ControlPolicyTarget & Pick<Account, 'parentIds'>;

const nameTarget = ({ kind, accountId }: ControlPolicyTarget): string => `${kind} ${accountId}`;

/**
 * Reads the SCPs and RCPs of accounts, of their OUs and of the root. AWS lets three callers read them: the management
 * account, delegated administrators, and accounts that the delegation policy names. If AWS throttles a call, the
 * policies count as not read. It does not check whether SCPs and RCPs are enabled. When a policy type is disabled, AWS
 * detaches its policies ("Disabling a policy type"), so nothing is found then.
 * @throws the retryable errors of `shared/platform/aws`, except ThrottledError
 */
export async function readOrganizationPolicies(
  client: OrganizationsClient,
  readings: PolicyReadings,
  targets: readonly LocatedTarget[],
): Promise<OrganizationPolicies> {
  const distinct = new Map(targets.map((target) => [nameTarget(target), target]));
  try {
    const read = [...distinct].map(async ([name, { kind, accountId, parentIds }]) => {
      const places = [...parentIds, accountId].map((targetId) =>
        readPlace(client, readings, { kind, place: targetId }),
      );
      return [name, (await Promise.all(places)).flat()] as const;
    });
    const byTarget = new Map(await Promise.all(read));
    return { listPolicies: (target) => byTarget.get(nameTarget(target)) ?? [] };
  } catch (error) {
    const { message, retryable } = toErrorRecord(error);
    // A throttled call is not repeated. During a burst, a run that waits for the rate limit would delay its account for
    // minutes.
    if (retryable && !(error instanceof ThrottledError)) throw error;
    return { unread: message };
  }
}

interface Place {
  readonly kind: ControlPolicyTarget['kind'];
  /** The id of the root, of an OU, or of an account. */
  readonly place: string;
}

const readPlace = (client: OrganizationsClient, readings: PolicyReadings, policyPlace: Place) =>
  readings.places(`${policyPlace.kind} ${policyPlace.place}`, () =>
    readAttached(client, readings, policyPlace),
  );

async function readAttached(
  client: OrganizationsClient,
  { documents }: PolicyReadings,
  { kind, place }: Place,
): Promise<readonly AppliedPolicy[]> {
  const policies: AppliedPolicy[] = [];
  const pages = paginateListPoliciesForTarget({ client }, { TargetId: place, Filter: types[kind] });
  for await (const { Policies = [] } of pages)
    for (const { Id = '', Name = Id } of Policies) {
      const name = `${kind.toUpperCase()} ${Name} of ${place}`;
      const text = (await documents(Id, () => describe(client, Id))) ?? '';
      policies.push({ kind, name, level: place, document: parsePolicy(text, name) });
    }
  return policies;
}

async function describe(client: OrganizationsClient, PolicyId: string): Promise<string | undefined> {
  const { Policy } = await client.send(new DescribePolicyCommand({ PolicyId }));
  return Policy?.Content;
}
