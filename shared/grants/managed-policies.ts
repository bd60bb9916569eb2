import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  GetGroupCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { parsePolicy, serializePolicy } from '../iam/document.ts';
import { isSamePolicy } from '../iam/equality.ts';
import { OwnershipClashError } from '../iam/errors.ts';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import { compareByText } from '../platform/order.ts';
import type { GrantContext, ResourceRef, StateChange } from './contract.ts';
import { ResourceBusyError } from './errors.ts';
import { createSidTags, parseSentDocument, type TaggedDocument, toSentDocument } from './sid-tag.ts';

/** A customer managed policy that this installation has created. */
export interface ManagedPolicy extends TaggedDocument {
  readonly name: string;
  /** Absent until IAM has created the policy. */
  readonly arn?: string;
  readonly attached: boolean;
}

/**
 * All managed policies that this installation has created for one group or role, ordered by name, and the number of
 * other policies that are attached to it. If a write was interrupted, or somebody changed something, a managed policy
 * may not be attached. The next write uses or deletes it.
 */
export interface ManagedPolicies {
  readonly policies: readonly ManagedPolicy[];
  readonly othersAttached: number;
}

/** The managed policies that give access: those that are attached. */
export const listAttached = ({ policies }: ManagedPolicies): readonly ManagedPolicy[] =>
  policies.filter(({ attached }) => attached);

/**
 * The IAM path of the policies that this installation creates for one group or role. A listing with this path finds all
 * of them.
 */
export const getPolicyPath = ({ id }: ResourceRef, { installationId }: GrantContext): string =>
  `/account-onboarding/${installationId}/${id}/`;

const tagsOf = ({ installationId }: GrantContext) => [
  { Key: 'managed-by', Value: 'account-onboarding' },
  { Key: 'account-onboarding:installation', Value: installationId },
];

export async function readManagedPolicies(
  iam: IAMClient,
  ref: ResourceRef,
  context: GrantContext,
): Promise<ManagedPolicies> {
  const attached = await listAttachedArns(iam, ref);
  const path = getPolicyPath(ref, context);
  const listed = await listedArns(iam, path);
  // IAM's listing may not contain a new policy yet. If a policy with this path is attached, it is managed as well.
  const arns = [...new Set([...listed, ...[...attached].filter((arn) => arn.includes(`:policy${path}`))])];
  const read = await Promise.all(arns.map((arn) => readPolicy(iam, arn, context)));
  const policies = read
    .filter((policy) => policy !== undefined)
    .map((policy) => ({ ...policy, attached: attached.has(policy.arn) }))
    .sort(compareByText(({ name }) => name));
  const own = new Set(arns);
  return { policies, othersAttached: [...attached].filter((arn) => !own.has(arn)).length };
}

export async function listAttachedArns(iam: IAMClient, { id }: ResourceRef): Promise<ReadonlySet<string>> {
  const [kind, name] = id.split('/');
  const arns = new Set<string>();
  let Marker: string | undefined;
  do {
    const page =
      kind === 'group'
        ? await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: name, Marker }))
        : await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name, Marker }));
    for (const { PolicyArn } of page.AttachedPolicies ?? []) if (PolicyArn !== undefined) arns.add(PolicyArn);
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return arns;
}

/**
 * The unique id of the group or role. If somebody deletes it and creates it again, it has another id (IAM user guide,
 * "Unique identifiers").
 */
export async function readEntityId(iam: IAMClient, { id }: ResourceRef): Promise<string | undefined> {
  const [kind, name] = id.split('/');
  if (kind === 'role') return (await iam.send(new GetRoleCommand({ RoleName: name }))).Role?.RoleId;
  return (await iam.send(new GetGroupCommand({ GroupName: name, MaxItems: 1 }))).Group?.GroupId;
}

async function listedArns(iam: IAMClient, PathPrefix: string): Promise<readonly string[]> {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(new ListPoliciesCommand({ Scope: 'Local', PathPrefix, Marker }));
    arns.push(...(page.Policies ?? []).flatMap(({ Arn }) => Arn ?? []));
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return arns;
}

/** `undefined` if the policy does not exist any more, because IAM's listing may be old. */
async function readPolicy(iam: IAMClient, arn: string, context: GrantContext) {
  try {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    requireTags(Policy?.Tags ?? [], arn, context);
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId }));
    // IAM returns the document with URL encoding (GetPolicyVersion, IAM API reference).
    const document = parsePolicy(decodeURIComponent(PolicyVersion?.Document ?? ''), arn);
    return {
      name: arn.slice(arn.lastIndexOf('/') + 1),
      arn,
      ...parseSentDocument(document, Policy?.Tags ?? []),
    };
  } catch (error) {
    if (error instanceof ResourceMissingError) return undefined;
    throw error;
  }
}

function requireTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[],
  arn: string,
  context: GrantContext,
): void {
  const missing = tagsOf(context).filter(
    (wanted) => !tags.some(({ Key, Value }) => Key === wanted.Key && Value === wanted.Value),
  );
  if (missing.length === 0) return;
  throw new OwnershipClashError(
    `${arn}has the path of this installation, but not the tag ` +
      `${missing.map(({ Key, Value }) => `${Key} = ${Value}`).join(', ')}: it is not managed by this installation. It was not changed. Move or delete it`,
    { policy: arn, missingTags: missing },
  );
}

/**
 * Creates, changes and attaches policies before it deletes any, so that no account loses access in between. If a write
 * is interrupted, the next run finishes it.
 */
export async function writeManagedPolicies(
  iam: IAMClient,
  ref: ResourceRef,
  { from, to }: StateChange<ManagedPolicies>,
  context: GrantContext,
): Promise<void> {
  for (const policy of to.policies) {
    const existingPolicy = from.policies.find(({ name }) => name === policy.name);
    const arn = existingPolicy?.arn ?? (await createPolicy(iam, ref, policy, context));
    if (existingPolicy !== undefined && !isSamePolicy(existingPolicy.document, policy.document))
      await replace(iam, arn, policy);
    if (existingPolicy?.attached !== true) await attach(iam, ref, arn);
  }
  for (const { name, arn, attached } of from.policies) {
    if (arn === undefined || to.policies.some((policy) => policy.name === name)) continue;
    if (attached) await detach(iam, ref, arn);
    await deletePolicy(iam, arn);
  }
}

async function createPolicy(
  iam: IAMClient,
  ref: ResourceRef,
  policy: ManagedPolicy,
  context: GrantContext,
): Promise<string> {
  try {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: policy.name,
        Path: getPolicyPath(ref, context),
        PolicyDocument: serializePolicy(toSentDocument(policy)),
        Description: `Written by account-onboarding for ${ref.id}; do not edit`,
        Tags: [...tagsOf(context), ...createSidTags(policy)],
      }),
    );
    return Policy?.Arn ?? '';
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EntityAlreadyExistsException') throw error;
    return adopt(iam, ref, policy, context, error);
  }
}

/**
 * IAM says that a policy of this name exists, although no listing had it. If this installation created it a moment ago,
 * it gets the new document. Otherwise it is an error: a name is unique in an account, whatever the path (IAM user
 * guide, "IAM identifiers").
 */
async function adopt(
  iam: IAMClient,
  ref: ResourceRef,
  policy: ManagedPolicy,
  context: GrantContext,
  cause: Error,
): Promise<string> {
  const path = getPolicyPath(ref, context);
  const arn = `arn:${context.partition}:iam::${ref.accountId}:policy${path}${policy.name}`;
  const existingPolicy = await readPolicy(iam, arn, context);
  if (existingPolicy === undefined)
    throw new OwnershipClashError(
      `A managed policy ${policy.name} exists in account ${ref.accountId} outside the path ${path}: it is not managed by this installation. ` +
        'It was not changed. Rename or delete it',
      { policy: policy.name, accountId: ref.accountId },
      cause,
    );
  // The plan did not know which tag the existing policy has. With another tag, the document might be too large. The
  // next plan reads the tag.
  if (existingPolicy.taggedSid !== policy.taggedSid) throw notListedYet(arn, cause);
  if (!isSamePolicy(existingPolicy.document, policy.document)) await replace(iam, arn, policy);
  return arn;
}

const notListedYet = (arn: string, cause: Error): ResourceBusyError =>
  new ResourceBusyError(
    `${arn} was created a moment ago, and IAM does not list it yet. Start the run again in a minute`,
    { policy: arn },
    cause,
  );

/**
 * IAM keeps at most five versions of a managed policy (IAM quotas). If there are five, the oldest one that is not the
 * default is deleted.
 */
const maximumVersions = 5;

async function replace(iam: IAMClient, PolicyArn: string, policy: ManagedPolicy): Promise<void> {
  const versions = await otherVersions(iam, PolicyArn);
  const [oldest] = versions;
  if (oldest !== undefined && versions.length + 1 >= maximumVersions)
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest }));
  await iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn,
      PolicyDocument: serializePolicy(toSentDocument(policy)),
      SetAsDefault: true,
    }),
  );
}

/** Ids of the versions except the default version, oldest first. */
async function otherVersions(iam: IAMClient, PolicyArn: string): Promise<readonly string[]> {
  const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  return (Versions ?? [])
    .filter(({ IsDefaultVersion }) => !IsDefaultVersion)
    .flatMap(({ VersionId }) => VersionId ?? [])
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

async function deletePolicy(iam: IAMClient, PolicyArn: string): Promise<void> {
  for (const VersionId of await otherVersions(iam, PolicyArn))
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
}

async function attach(iam: IAMClient, { id }: ResourceRef, PolicyArn: string): Promise<void> {
  const [kind, name] = id.split('/');
  if (kind === 'group') await iam.send(new AttachGroupPolicyCommand({ GroupName: name, PolicyArn }));
  else await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
}

async function detach(iam: IAMClient, { id }: ResourceRef, PolicyArn: string): Promise<void> {
  const [kind, name] = id.split('/');
  if (kind === 'group') await iam.send(new DetachGroupPolicyCommand({ GroupName: name, PolicyArn }));
  else await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }));
}
