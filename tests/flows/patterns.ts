import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { accountIdsIn } from '../../shared/iam/accounts.ts';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import type { ResourceKind } from '../../simulator/organization.ts';
import { shared, smallText } from './configurations.ts';
import { type Ended, onboard, type TestEnv } from './flows-fixture.ts';

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

export const addRepository = ({ organization }: TestEnv, name: string, region = home): string =>
  organization.addRepository({ accountId: shared, region, name });

/** The accounts that our statements on a resource name. */
export function namedOn({ organization, configuration }: TestEnv, kind: ResourceKind, id: string) {
  const statements = organization.policyOf(kind, id)?.Statement ?? [];
  const ours = statements.filter(({ Sid }) => installationOf(Sid) === configuration.installation);
  return [...new Set(ours.flatMap((each) => [...accountIdsIn(each)]))].sort();
}

/** EventBridge's event of a call in the shared account. */
export const callEvent = (eventName: string, source: string, region = home) => ({
  version: '0',
  id: 'c030038d-8c4d-6141-9545-00ff7b7153ee',
  source,
  'detail-type': 'AWS API Call via CloudTrail',
  account: shared,
  region,
  detail: { eventName, awsRegion: region, requestParameters: {}, responseElements: {} },
});

/** The state machine for a repository that was made. */
export const afterCreateRepository = (env: TestEnv, region?: string): Promise<Ended> =>
  onboard(env, callEvent('CreateRepository', 'aws.ecr', region));
