import { type PolicyDocument, parsePolicy, type Statement } from '../shared/policy/document.ts';
import { deploymentOf } from '../shared/policy/owned.ts';
import type { SimulatedResource } from '../simulator/world.ts';
import type { Stage } from './play.ts';

/** Another tool or a person adds a statement to a policy, or takes one of theirs away. */
export function outsiderEdits({ organisation, configuration, draw, watch }: Stage): void {
  const { buckets, keys, repositories, secrets } = organisation.world;
  const resources = [buckets, keys, repositories, secrets].flatMap((map) => [...map.values()]);
  if (resources.length === 0) return;
  const resource = draw.pick(resources);
  const document = documentOf(resource);
  const theirs = document.Statement.filter(({ Sid }) => deploymentOf(Sid) !== configuration.deployment);
  const takesAway = theirs.length > 1 && draw.chance(0.4);
  const gone = takesAway ? theirs.at(-1) : undefined;
  const Statement = takesAway
    ? document.Statement.filter((statement) => statement !== gone)
    : [...document.Statement, newStatement(resource, draw.between(1, 1_000_000))];
  resource.policy = JSON.stringify({ ...document, Statement });
  watch.edited(resource.name, resource.policy);
}

const documentOf = ({ policy, arn }: SimulatedResource): PolicyDocument =>
  policy === undefined ? { Version: '2012-10-17', Statement: [] } : parsePolicy(policy, arn);

/** Harmless, valid for its service, and unlike any other. */
function newStatement({ arn }: SimulatedResource, number: number): Statement {
  const service = arn.split(':')[2] ?? '';
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: `${service}:Delete*`,
    // The policy of a repository is about it alone.
    ...(service === 'ecr' ? {} : { Resource: service === 's3' ? `${arn}/theirs-${number}` : '*' }),
    Condition: { StringEquals: { 'aws:PrincipalTag/number': String(number) } },
  };
}
