import { grantContext } from '../shared/configuration/context.ts';
import type { Share } from '../shared/grants/contract.ts';
import { isMember } from '../shared/organization/account.ts';
import { matches } from '../shared/organization/selector.ts';
import { type DesiredResource, desiredResources } from '../shared/plan/desired.ts';
import { accountIdsIn } from '../shared/policy/accounts.ts';
import type { PolicyDocument } from '../shared/policy/document.ts';
import { evaluatePolicy } from '../shared/policy/evaluate.ts';
import type { World } from '../simulator/world.ts';
import { isOurs, sidPrefix } from './marks.ts';
import { foundIn } from './matching.ts';
import { type WorldAccount, worldAccounts } from './members.ts';
import { placeOf } from './places.ts';
import type { Stage } from './play.ts';
import { partner } from './scenario.ts';
import { strayFindings } from './strays.ts';
import { documentOf } from './watch.ts';

/** An account that has not what it should have on a resource, or has what it should not have. */
export interface AccessFinding {
  readonly id: string;
  /** `resourceKey`, a space, and the grant or the mark. */
  readonly resource: string;
  /** Of the policy, where there is one. */
  readonly arn: string | undefined;
  /** Whether a configuration names the resource, not only by a pattern. */
  readonly named: boolean;
  /** Of what no grant answers for: whether none is for the resource at all. Absent for all others. */
  readonly dropped?: boolean;
  readonly sort: 'lacks' | 'names';
  readonly what: string;
}

/** Compares what stands in the world with what each grant of the configuration gives to the accounts as they are. */
export async function accessFindings(stage: Stage): Promise<readonly AccessFinding[]> {
  const accounts = await worldAccounts(stage);
  const desired = desiredHere(stage, accounts);
  return [
    ...desired.flatMap((resource) => resourceFindings(stage, resource, accounts)),
    ...strayFindings(stage, desired),
  ];
}

/** What the configuration is for now, with what its patterns match now. */
export const desiredHere = (
  { organisation, configuration }: Stage,
  accounts: readonly WorldAccount[],
): readonly DesiredResource[] =>
  desiredResources(configuration, accounts.filter(isMember), foundIn(organisation.world, configuration));

export const finding = (of: Omit<AccessFinding, 'what'>): AccessFinding => ({
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
      ? listedFindings(stage, desired, share, accounts)
      : heldFindings(stage, desired, share, accounts);
    return found.map((each) => finding({ ...each, resource: `${key} (${share.entry.name})`, arn, named }));
  });
}

type Bare = Pick<AccessFinding, 'id' | 'sort'>;

/** Who is listed must be exactly those whom the grant is for. */
function listedFindings(
  stage: Stage,
  desired: DesiredResource,
  share: Share,
  accounts: readonly WorldAccount[],
): readonly Bare[] {
  const { ref } = desired;
  // The owner of an image launches it anyway.
  const free = ref.kind === 'ami-launch-permission' ? ref.accountId : '';
  const due = new Set(share.accounts.map(({ id }) => id).filter((id) => id !== free));
  const listed = listedOn(stage, ref, share.entry.name);
  const held = isHeld(stage, ref, share) ? heldFindings(stage, desired, share, accounts) : undefined;
  const isLetIn = (id: string): boolean =>
    held?.every((finding) => finding.id !== id || finding.sort !== 'lacks') === true;
  return [
    ...[...due].filter((id) => !listed.has(id) && !isLetIn(id)).map((id) => ({ id, sort: 'lacks' as const })),
    ...[...listed].filter((id) => !due.has(id)).map((id) => ({ id, sort: 'names' as const })),
    ...(held ?? []).filter(({ sort }) => sort === 'names'),
  ];
}

/** Whether a condition still lets in whom a list is to. */
const isHeld = (stage: Stage, ref: DesiredResource['ref'], { entry }: Share): boolean =>
  stage.successors.length > 0 &&
  documentsOn(stage, ref, entry.name).some(({ Statement }) =>
    Statement.some((each) => accountIdsIn(each).size === 0),
  );

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
  const strangers = [...idsIn(documents)].filter((id) => members.every((member) => member.id !== id));
  const known = members.flatMap((account): readonly Bare[] => {
    const allowed = kind
      .accesses(share.entry, account, ref, context)
      .map(({ request }) => documents.some((each) => evaluatePolicy(each, request).decision === 'allow'));
    if (due.has(account.id)) return allowed.every(Boolean) ? [] : [{ id: account.id, sort: 'lacks' }];
    return allowed.some(Boolean) ? [{ id: account.id, sort: 'names' }] : [];
  });
  return [...known, ...strangers.map((id) => ({ id, sort: 'names' as const }))];
}

/**
 * Whether an account that is not on a resource by a grant can do all the same what that gives, such as by statements that
 * the grant had under its former name. Not looked at where there are no documents.
 */
export async function isServed(stage: Stage, { id, resource }: AccessFinding): Promise<boolean> {
  const accounts = await worldAccounts(stage);
  const account = accounts.find((each) => each.id === id);
  const desired = desiredHere(stage, accounts).find(({ key }) => resource.startsWith(`${key} `));
  const share = desired?.shares.find(({ entry }) => resource.endsWith(` (${entry.name})`));
  if (account === undefined || desired === undefined || share === undefined) return false;
  if (desired.ref.kind === 'kms-grant' || desired.ref.kind === 'ami-launch-permission') return true;
  const documents = documentsOn(stage, desired.ref);
  return desired.kind
    .accesses(share.entry, account, desired.ref, grantContext(stage.configuration))
    .every(({ request }) => documents.some((each) => evaluatePolicy(each, request).decision === 'allow'));
}

/** The documents on a resource, with our statements alone; of one grant, where one is given. */
function documentsOn(stage: Stage, ref: DesiredResource['ref'], grant?: string): readonly PolicyDocument[] {
  const { deployment } = stage.configuration;
  const isMeant = (sid: string | undefined): boolean =>
    grant === undefined ? isOurs(sid, deployment) : sid?.startsWith(sidPrefix(deployment, grant)) === true;
  const { world } = stage.organisation;
  const all =
    ref.kind === 'assume-role-permission'
      ? attachedDocuments(world, ref)
      : [documentOf(placeOf(world, ref)?.read())];
  return all.map((document) => ({
    ...document,
    Statement: document.Statement.filter(({ Sid }) => isMeant(Sid)),
  }));
}

/** Of a group's managed policies; a statement without a Sid bears the one that the policy's tag has. */
export function attachedDocuments(
  { groups, managedPolicies }: World,
  { accountId, id }: Pick<DesiredResource['ref'], 'accountId' | 'id'>,
): readonly PolicyDocument[] {
  const group = [...groups.values()].find(
    (each) => each.accountId === accountId && `group/${each.name}` === id,
  );
  return [...(group?.attached ?? [])].map((arn) => {
    const policy = managedPolicies.get(arn);
    const version = policy?.versions.find((each) => each.id === policy.defaultVersion);
    return withSid(documentOf(version?.document), policy?.tags['account-onboarding:sid']);
  });
}

const withSid = (document: PolicyDocument, sid: string | undefined): PolicyDocument =>
  sid === undefined
    ? document
    : { ...document, Statement: document.Statement.map((each) => ({ Sid: sid, ...each })) };

const idsIn = (documents: readonly PolicyDocument[]): ReadonlySet<string> =>
  new Set(documents.flatMap(({ Statement }) => Statement.flatMap((each) => [...accountIdsIn(each)])));
