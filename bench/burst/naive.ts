import { getGrantContext } from '../../shared/configuration/context.ts';
import type { Account } from '../../shared/platform/account.ts';
import { OnboardingError } from '../../shared/platform/errors.ts';
import type { DesiredResource } from '../../shared/reconcile/desired-resource.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import { planResource } from '../../shared/reconcile/plan.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import type { Scene as BurstScene } from './scene.ts';

type Scene = Pick<BurstScene, 'configuration'>;

/**
 * The way of scripts: believe the event. For each resource of the new account read its policy, add the account, and
 * write it. No lease, no registry.
 */
export async function onboardNaively(scene: Scene, services: Services, event: unknown): Promise<void> {
  const account = accountIn(event);
  const mine = listDesiredResources(scene.configuration, [account]).filter(({ shares }) =>
    shares.some(({ accounts }) => accounts.length > 0),
  );
  await Promise.all(mine.map((resource) => appendAgain(() => append(scene, services, resource, account))));
}

/** Two writers of one managed policy can fail because of each other's versions. Then each starts again, a few times. */
async function appendAgain(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof OnboardingError)) throw error;
    }
  }
}

interface ManagedAccountEvent {
  readonly detail: {
    readonly serviceEventDetails: {
      readonly createManagedAccountStatus: {
        readonly organizationalUnit: { readonly organizationalUnitName: string };
        readonly account: { readonly accountId: string; readonly accountName: string };
      };
    };
  };
}

/** In the OU of Control Tower's event. */
function accountIn(event: unknown): Account {
  const { organizationalUnit, account } = (event as ManagedAccountEvent).detail.serviceEventDetails
    .createManagedAccountStatus;
  return {
    id: account.accountId,
    name: account.accountName,
    state: 'ACTIVE',
    parentIds: [],
    ouPath: `Workloads/${organizationalUnit.organizationalUnitName}`,
    tags: {},
  };
}

async function append(
  { configuration }: Scene,
  services: Services,
  { kind, ref, key }: DesiredResource,
  account: Account,
): Promise<void> {
  const context = getGrantContext(configuration);
  const aws = services.aws(`naive-${account.id}`, configuration);
  const actual = await kind.read(aws.getReader(ref), ref, context);
  const asFound = listDesiredResources(configuration, []).find((each) => each.key === key);
  const there = (asFound?.shares ?? []).flatMap(({ entry }) => [
    ...kind.listGrantedAccounts(entry, ref, actual, context, remembered(kind.toDocuments(actual))).named,
  ]);
  // An account that a policy names is placed like the new account, so that no named account is dropped.
  const accounts = [...new Set([...there, account.id])].map((id) => ({ ...account, id }));
  const desired = listDesiredResources(configuration, accounts).find((each) => each.key === key);
  if (desired === undefined) return;
  const now = new Date().toISOString();
  const plan = planResource({
    desired,
    actual,
    remembered: remembered(kind.toDocuments(actual)),
    configuration,
    accounts,
    activationId: '',
    now,
  });
  if (!plan.changed) return;
  const writer = aws.getWriter(ref, () => {});
  await kind.write(writer, ref, { from: actual, to: plan.next }, context);
}

type Documents = ReturnType<DesiredResource['kind']['toDocuments']>;

/** All managed content that is present, as if the table remembered it: Sids, and names of managed policies. */
const remembered = (documents: Documents): readonly string[] =>
  Object.entries(documents).flatMap(([name, document]) => [
    name,
    ...(document?.Statement ?? []).flatMap(({ Sid }) => Sid ?? []),
  ]);
