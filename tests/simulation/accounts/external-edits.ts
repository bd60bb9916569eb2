import { documentOf, type Statement } from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { listPolicyResources, type PolicyResource } from '../policy-resources.ts';
import type { SimulationContext } from './context.ts';
import { getRoom } from './nearly-full-policies.ts';

/** Another tool or a person adds a statement to a policy, or removes one of its own. */
export function editUnmanagedStatement({
  organization,
  configuration,
  draw,
  watch,
}: SimulationContext): void {
  const all = listPolicyResources(organization.world);
  if (all.length === 0) return;
  const resource = draw.pick(all);
  const document = documentOf(resource.read());
  const theirs = document.Statement.filter(({ Sid }) => !isManaged(Sid, configuration.installation));
  const takesAway = theirs.length > 1 && draw.chance(0.4);
  const added = newStatement(resource, draw.between(1, 1_000_000));
  // AWS also rejects external statements that are too long.
  if (!takesAway && JSON.stringify(added).length >= getRoom(resource)) return;
  const gone = takesAway ? theirs.at(-1) : undefined;
  const Statement = takesAway
    ? document.Statement.filter((statement) => statement !== gone)
    : [...document.Statement, added];
  resource.write(JSON.stringify({ ...document, Statement }));
  watch.edited(resource);
}

/** Harmless, valid for its service, and unique. */
const newStatement = ({ arn, service }: PolicyResource, number: number): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: `${service === 'iam' ? 'sts' : service}:Delete*`,
  // The policies of repositories and roles can only be about their own resource.
  ...(service === 'ecr' || service === 'iam'
    ? {}
    : { Resource: service === 's3' ? `${arn}/theirs-${number}` : '*' }),
  Condition: { StringEquals: { 'aws:PrincipalTag/number': String(number) } },
});
