import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { ResourceEvent } from '../../shared/organization/account-event.ts';
import { accountIdsIn } from '../../shared/policy/accounts.ts';
import { deploymentOf } from '../../shared/policy/owned.ts';
import { openRun } from '../../shared/run/start.ts';
import type { ResourceKind } from '../../simulator/organisation.ts';
import { shared, smallText } from './configurations.ts';
import { type Ended, onboard, otherServices, type World } from './world.ts';

export const home = 'eu-west-1';
export const abroad = 'us-west-2';

export const images = (repositories: string, regions = ''): string => `
  - name: images
    kind: ecr-repository-policy
    account: shared
    repositories: ${repositories}
    preset: pull
    for: { ous: [Workloads] }${regions === '' ? '' : `\n    regions: ${regions}`}`;

export const secrets = (fields: string): string => `
  - name: token
    kind: secret-resource-policy
    account: shared
    ${fields}
    preset: read
    for: { ous: [Workloads] }`;

/** The small configuration's head with these grants. */
export const having = (grants: string, more = ''): Configuration =>
  parseConfiguration(smallText([], grants) + more, 'the test');

export const repositoryKey = (name: string, region = home): string =>
  `ecr-repository-policy/${shared}/${region}/${name}`;

export const repositoryArn = (name: string, region = home): string =>
  `arn:aws:ecr:${region}:${shared}:repository/${name}`;

export const addRepository = ({ organisation }: World, name: string, region = home): string =>
  organisation.addRepository({ accountId: shared, region, name });

/** The accounts that our statements on a resource name. */
export function namedOn({ organisation, configuration }: World, kind: ResourceKind, id: string) {
  const statements = organisation.policyOf(kind, id)?.Statement ?? [];
  const ours = statements.filter(({ Sid }) => deploymentOf(Sid) === configuration.deployment);
  return [...new Set(ours.flatMap((each) => [...accountIdsIn(each)]))].sort();
}

let events = 0;

/** The state machine for an event that says that a resource was made or tagged at a place. */
export function resourceEvent(of: World, place: ResourceEvent['place']): Promise<Ended> {
  events += 1;
  const name = `event-${events}`;
  const event = { type: 'resource', cause: 'resource', place } as const;
  return onboard(
    of,
    {},
    {
      name,
      around: (token, invoke) =>
        token === 'ResolveAccountFunctionArn'
          ? openRun(otherServices(of), { runId: name, startedAt: '2026-03-02T09:00:00.000Z', event })
          : invoke(),
    },
  );
}
