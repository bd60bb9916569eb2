import {
  DescribePolicyCommand,
  type OrganizationsClient,
  type PolicyType,
  paginateListPoliciesForTarget,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { parsePolicy } from '../iam/document.ts';
import type { Account } from '../platform/account.ts';
import { ThrottledError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';

/** SCPs and RCPs by account, or why they were not read. */
export type OrganizationPolicies =
  | { readonly byAccount: ReadonlyMap<string, readonly AppliedPolicy[]> }
  | { readonly unread: string };

const kinds = { SERVICE_CONTROL_POLICY: 'scp', RESOURCE_CONTROL_POLICY: 'rcp' } as const;
type ControlPolicyType = keyof typeof kinds;

/**
 * Reads the policies of accounts, of their OUs and of the root, each place and each policy once. Only the management account, a
 * delegated administrator, or an account that the delegation policy names may read them.
 * If AWS throttles the calls, the policies are not read.
 * @throws the other retryable errors of `shared/platform/aws`
 */
export async function readOrganizationPolicies(
  client: OrganizationsClient,
  accounts: readonly Account[],
): Promise<OrganizationPolicies> {
  try {
    const types = await listEnabledTypes(client);
    const readPlace = createPlaceReader(client, types);
    const read = accounts.map(async ({ id, parentIds }) => {
      const places = await Promise.all([...parentIds, id].map(readPlace));
      return [id, places.flat()] as const;
    });
    return { byAccount: new Map(await Promise.all(read)) };
  } catch (error) {
    const { message, retryable } = toErrorRecord(error);
    // AWS answers one ListRoots a second. In a burst, a run that waited for its turn would keep its accounts waiting for minutes.
    if (retryable && !(error instanceof ThrottledError)) throw error;
    return { unread: message };
  }
}

/** An organization with consolidated billing alone has no policies, and a type that is not enabled has no effect. */
async function listEnabledTypes(client: OrganizationsClient): Promise<readonly ControlPolicyType[]> {
  const enabled = new Set<PolicyType | undefined>();
  for await (const { Roots = [] } of paginateListRoots({ client }, {}))
    for (const { PolicyTypes = [] } of Roots)
      for (const { Type, Status } of PolicyTypes) if (Status === 'ENABLED') enabled.add(Type);
  return (['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'] as const).filter((type) => enabled.has(type));
}

type ReadPlace = (place: string) => Promise<readonly AppliedPolicy[]>;

function createPlaceReader(client: OrganizationsClient, types: readonly ControlPolicyType[]): ReadPlace {
  const texts = new Map<string, Promise<string>>();
  const readText = (id: string): Promise<string> => {
    const asked = texts.get(id) ?? describe(client, id);
    texts.set(id, asked);
    return asked;
  };
  const places = new Map<string, Promise<readonly AppliedPolicy[]>>();
  return (place) => {
    const asked =
      places.get(place) ??
      Promise.all(types.map((type) => readAttached(client, { type, place, readText }))).then((all) =>
        all.flat(),
      );
    places.set(place, asked);
    return asked;
  };
}

async function describe(client: OrganizationsClient, PolicyId: string): Promise<string> {
  const { Policy } = await client.send(new DescribePolicyCommand({ PolicyId }));
  return Policy?.Content ?? '';
}

interface AttachedRequest {
  readonly type: ControlPolicyType;
  readonly place: string;
  readText(id: string): Promise<string>;
}

async function readAttached(
  client: OrganizationsClient,
  { type, place, readText }: AttachedRequest,
): Promise<readonly AppliedPolicy[]> {
  const policies: AppliedPolicy[] = [];
  const pages = paginateListPoliciesForTarget({ client }, { TargetId: place, Filter: type });
  for await (const { Policies = [] } of pages)
    for (const { Id = '', Name = Id } of Policies) {
      const name = `${kinds[type].toUpperCase()} ${Name} of ${place}`;
      policies.push({
        kind: kinds[type],
        name,
        level: place,
        document: parsePolicy(await readText(Id), name),
      });
    }
  return policies;
}
