import { documentOf, type Statement } from '../oracle/policies.ts';
import { listPolicyResources, type PolicyResource } from '../policy-resources.ts';
import type { ActionContext } from './action.ts';
import type { SimulationContext } from './context.ts';
import { getRoom } from './nearly-full-policies.ts';

/** The common prefix of the Sids of these statements. */
const mark = 'TheirsForAccount';

/** The access that another team gives an account, by the service of the resource. */
const actions: Readonly<Record<string, string>> = {
  s3: 's3:GetObject',
  kms: 'kms:DescribeKey',
  ecr: 'ecr:DescribeImages',
  secretsmanager: 'secretsmanager:DescribeSecret',
  iam: 'sts:AssumeRole',
};

const statementFor = ({ arn, service }: PolicyResource, id: string): Statement => ({
  Sid: `${mark}${id}`,
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${id}:root` },
  Action: actions[service] ?? 's3:GetObject',
  ...(service === 'ecr' || service === 'iam' ? {} : { Resource: service === 's3' ? `${arn}/theirs` : '*' }),
});

/** Another team names an account in its statement, and mostly the account is closed some time later. */
export function nameInUnmanagedStatement({
  organization,
  draw,
  watch,
  expectedAccounts,
}: ActionContext): void {
  const members = [...organization.world.accounts.values()].filter(
    ({ id, state }) => id.startsWith('5') && state === 'ACTIVE',
  );
  const all = listPolicyResources(organization.world);
  if (members.length === 0 || all.length === 0) return;
  const { id } = draw.pick(members);
  const resource = draw.pick(all);
  const added = statementFor(resource, id);
  const document = documentOf(resource.read());
  const isThere = document.Statement.some(({ Sid }) => Sid === added.Sid);
  if (isThere || organization.world.refusedPrincipals.has(id)) return;
  if (JSON.stringify(added).length >= getRoom(resource)) return;
  resource.write(JSON.stringify({ ...document, Statement: [...document.Statement, added] }));
  watch.edited(resource);
  if (!draw.chance(0.7)) return;
  setTimeout(
    () => {
      if (organization.world.accounts.get(id)?.state !== 'ACTIVE') return;
      expectedAccounts.changed(id);
      organization.closeAccount(id);
    },
    draw.between(1_000, 300_000),
  );
}

/**
 * Whether AWS rejects every write of the policy, whatever this project does, because another team's statement names a
 * closed account.
 */
export const isSpoiled = (
  { organization }: Pick<SimulationContext, 'organization'>,
  resource: PolicyResource | undefined,
): boolean => documentOf(resource?.read()).Statement.some((each) => isSpoiling(organization, each));

const isSpoiling = ({ world }: SimulationContext['organization'], { Sid = '' }: Statement): boolean => {
  if (!Sid.startsWith(mark)) return false;
  const id = Sid.slice(mark.length);
  return world.accounts.get(id)?.state !== 'ACTIVE' && !world.foreignAccounts.has(id);
};

/** The owners remove the statements that make AWS reject writes. */
export function removeSpoilingStatements({
  organization,
  watch,
}: Pick<SimulationContext, 'organization' | 'watch'>): void {
  for (const resource of listPolicyResources(organization.world)) {
    if (!isSpoiled({ organization }, resource)) continue;
    const document = documentOf(resource.read());
    const Statement = document.Statement.filter((each) => !isSpoiling(organization, each));
    resource.write(JSON.stringify({ ...document, Statement }));
    watch.edited(resource);
  }
}
