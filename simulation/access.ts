import { grantContext } from '../shared/configuration/context.ts';
import { resourceKey, type Share } from '../shared/grants/contract.ts';
import { fitsGlob, hasTags } from '../shared/grants/discovery.ts';
import { isMember } from '../shared/organization/account.ts';
import { matches } from '../shared/organization/selector.ts';
import { type DesiredResource, desiredResources } from '../shared/plan/desired.ts';
import { type Found, searchesOf } from '../shared/plan/searches.ts';
import { accountIdsIn } from '../shared/policy/accounts.ts';
import type { PolicyDocument } from '../shared/policy/document.ts';
import { evaluatePolicy } from '../shared/policy/evaluate.ts';
import { ownedSid } from '../shared/policy/owned.ts';
import type { World } from '../simulator/world.ts';
import { isOurs } from './marks.ts';
import { type WorldAccount, worldAccounts } from './members.ts';
import { placeOf, places } from './places.ts';
import type { Stage } from './play.ts';
import { partner } from './scenario.ts';
import { documentOf } from './watch.ts';

/** An account that has not what it should have on a resource, or has what it should not have. */
export interface AccessFinding {
  readonly id: string;
  /** `resourceKey`; the ARN of a resource that nobody has anything on. */
  readonly resource: string;
  /** Of the policy, where there is one. */
  readonly arn: string | undefined;
  /** Whether the configuration names the resource. */
  readonly named: boolean;
  readonly sort: 'lacks' | 'names';
  readonly what: string;
}

/** Compares what stands in the world with what each grant of the configuration gives to the accounts as they are. */
export async function accessFindings(stage: Stage): Promise<readonly AccessFinding[]> {
  const { organisation, configuration } = stage;
  const accounts = await worldAccounts(stage);
  const desired = desiredHere(stage, accounts);
  const known = new Set(desired.map(({ ref }) => placeOf(organisation.world, ref)?.arn));
  const orphans = places(organisation.world)
    .filter(({ arn }) => !known.has(arn))
    .flatMap(({ arn, read }) =>
      [...idsIn(ours(documentOf(read()), configuration.deployment))].map((id) =>
        finding({ id, resource: arn, arn, named: false, sort: 'names' }),
      ),
    );
  return [...desired.flatMap((resource) => resourceFindings(stage, resource, accounts)), ...orphans];
}

/** What the configuration is for now, with what its patterns match now. */
export const desiredHere = (
  { organisation, configuration }: Stage,
  accounts: readonly WorldAccount[],
): readonly DesiredResource[] =>
  desiredResources(configuration, accounts.filter(isMember), foundIn(organisation.world, configuration));

function foundIn({ repositories, secrets }: World, configuration: Stage['configuration']): Found {
  const resources = [...repositories.values(), ...secrets.values()];
  return new Map(
    searchesOf(configuration).map(({ key, kind, accountId, region, pattern }) => {
      const service = kind === 'ecr-repository-policy' ? ':ecr:' : ':secretsmanager:';
      const matching = resources.filter(
        (each) =>
          each.arn.includes(service) &&
          each.accountId === accountId &&
          each.region === region &&
          ('name' in pattern
            ? fitsGlob(each.name, pattern.name)
            : hasTags(
                Object.entries(each.tags).map(([Key, Value]) => ({ Key, Value })),
                pattern,
              )),
      );
      return [key, matching.map(({ name }) => resourceKey({ kind, accountId, region, id: name })).sort()];
    }),
  );
}

const finding = (of: Omit<AccessFinding, 'what'>): AccessFinding => ({
  ...of,
  what: `${of.resource} ${of.sort} ${of.id}`,
});

function resourceFindings(
  stage: Stage,
  desired: DesiredResource,
  accounts: readonly WorldAccount[],
): readonly AccessFinding[] {
  const { key, ref, named, shares } = desired;
  const arn = placeOf(stage.organisation.world, ref)?.arn;
  return shares.flatMap((share) => {
    const isListed = (share.entry.membership ?? 'accounts') === 'accounts';
    const found = isListed
      ? listedFindings(stage, desired, share)
      : heldFindings(stage, desired, share, accounts);
    return found.map((each) => finding({ ...each, resource: `${key} (${share.entry.name})`, arn, named }));
  });
}

type Bare = Pick<AccessFinding, 'id' | 'sort'>;

/** Who is listed must be exactly those whom the grant is for. */
function listedFindings(stage: Stage, { ref }: DesiredResource, share: Share): readonly Bare[] {
  // The owner of an image launches it anyway.
  const free = ref.kind === 'ami-launch-permission' ? ref.accountId : '';
  const due = new Set(share.accounts.map(({ id }) => id).filter((id) => id !== free));
  const listed = listedOn(stage, ref, share.entry.name);
  return [
    ...[...due].filter((id) => !listed.has(id)).map((id) => ({ id, sort: 'lacks' as const })),
    ...[...listed].filter((id) => !due.has(id)).map((id) => ({ id, sort: 'names' as const })),
  ];
}

function listedOn(stage: Stage, ref: DesiredResource['ref'], grant: string): ReadonlySet<string> {
  const { world } = stage.organisation;
  if (ref.kind === 'ami-launch-permission') {
    const shared = world.images.get(ref.id)?.launchPermissions ?? [];
    return new Set(
      shared.flatMap(({ UserId }) => (UserId === undefined || UserId === partner ? [] : UserId)),
    );
  }
  if (ref.kind === 'kms-grant') {
    const mark = `account-onboarding/${stage.configuration.deployment}/${grant}/`;
    const grants = [...world.grants].filter(([arn]) => arn.endsWith(ref.id)).flatMap(([, of]) => of);
    return new Set(grants.flatMap(({ name }) => (name?.startsWith(mark) ? name.slice(mark.length) : [])));
  }
  return idsIn(documentsOn(stage, ref, grant));
}

/** Whom a condition holds must be let in, approved or not, and nobody else of the organisation. */
function heldFindings(
  stage: Stage,
  { ref, kind }: DesiredResource,
  share: Share,
  accounts: readonly WorldAccount[],
): readonly Bare[] {
  const context = grantContext(stage.configuration);
  const documents = documentsOn(stage, ref, share.entry.name);
  const members = accounts.filter(isMember);
  const due = new Set(members.filter((each) => matches(share.entry.for, each)).map(({ id }) => id));
  return members.flatMap((account): readonly Bare[] => {
    const allowed = kind
      .accesses(share.entry, account, ref, context)
      .map(({ request }) => documents.some((each) => evaluatePolicy(each, request).decision === 'allow'));
    if (due.has(account.id)) return allowed.every(Boolean) ? [] : [{ id: account.id, sort: 'lacks' }];
    return allowed.some(Boolean) ? [{ id: account.id, sort: 'names' }] : [];
  });
}

/** The documents on a resource, with the statements of one grant of ours alone. */
function documentsOn(stage: Stage, ref: DesiredResource['ref'], grant: string): readonly PolicyDocument[] {
  const { deployment } = stage.configuration;
  const prefix = ownedSid({ deploymentId: deployment, grant, part: 'x' }).slice(0, -1);
  const { world } = stage.organisation;
  const all =
    ref.kind === 'assume-role-permission'
      ? attachedDocuments(world, ref)
      : [documentOf(placeOf(world, ref)?.read())];
  return all.map((document) => ({
    ...document,
    Statement: document.Statement.filter(({ Sid }) => Sid?.startsWith(prefix)),
  }));
}

function attachedDocuments({ groups, managedPolicies }: World, { accountId, id }: DesiredResource['ref']) {
  const group = [...groups.values()].find(
    (each) => each.accountId === accountId && `group/${each.name}` === id,
  );
  return [...(group?.attached ?? [])].map((arn) => {
    const policy = managedPolicies.get(arn);
    const version = policy?.versions.find((each) => each.id === policy.defaultVersion);
    return documentOf(version?.document);
  });
}

const ours = (document: PolicyDocument, deployment: string): readonly PolicyDocument[] => [
  { ...document, Statement: document.Statement.filter(({ Sid }) => isOurs(Sid, deployment)) },
];

const idsIn = (documents: readonly PolicyDocument[]): ReadonlySet<string> =>
  new Set(documents.flatMap(({ Statement }) => Statement.flatMap((each) => [...accountIdsIn(each)])));
