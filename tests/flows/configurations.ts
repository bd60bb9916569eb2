import { readFile } from 'node:fs/promises';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';

export const management = '111111111111';
export const log = '222222222222';
export const security = '333333333333';
export const shared = '444444444444';
const hubTopic = 'arn:aws:sns:us-east-1:111111111111:account-onboarding';

/** Has the tag that the small configuration selects by. */
export const runner = { id: '600000000001', name: 'runner', tags: { runner: 'yes' } };

/** Keys of the small configuration's resources. */
export const bucket = `s3-bucket-policy/${log}/eu-west-1/example-logs`;
export const key = `kms-key-policy/${log}/eu-west-1/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const people = `assume-role-permission/${security}/us-east-1/group/Developers`;
export const repository = `ecr-repository-policy/${shared}/eu-west-1/base/node`;
export const secret = `secret-resource-policy/${shared}/eu-west-1/deploy/token`;
export const everything = [bucket, key, people, repository, secret];

const head = `
version: 1
installation: flows
organization: { id: o-exampleorg1, managementAccount: "${management}" }
centralAccounts:
  log: { id: "${log}", region: eu-west-1 }
  security: { id: "${security}", region: us-east-1 }
  shared: { id: "${shared}", region: eu-west-1 }
notifications: { topic: ${hubTopic} }
`;

const grants = {
  bucket: `
  - name: logs
    kind: s3-bucket-policy
    account: log
    bucket: example-logs
    preset: cloudtrail-write
    for: { all: true }`,
  key: `
  - name: log-key
    kind: kms-key-policy
    account: log
    key: 1234abcd-12ab-34cd-56ef-1234567890ab
    preset: launch-encrypted-ami
    for: { all: true, except: [{ accounts: ["${log}"] }] }`,
  people: `
  - name: people
    kind: assume-role-permission
    account: security
    groups: [Developers]
    role: people/Developer
    for: { all: true }`,
  repository: `
  - name: images
    kind: ecr-repository-policy
    account: shared
    repositories: [base/node]
    preset: pull
    for: { ous: [Workloads] }`,
  secret: `
  - name: token
    kind: secret-resource-policy
    account: shared
    secrets: [deploy/token]
    preset: read
    for: { tags: { runner: "yes" } }`,
};

export type GrantName = keyof typeof grants;

/** A grant of each kind; or some of them, and more text behind. */
export const smallText = (
  names: readonly GrantName[] = ['bucket', 'key', 'people', 'repository', 'secret'],
  more = '',
): string => `${head}grants:${names.map((name) => grants[name]).join('')}${more}\n`;

export const small = (names?: readonly GrantName[], more?: string): Configuration =>
  parseConfiguration(smallText(names, more), 'the test');

/** `examples/onboarding.yml`. */
export const example = async (): Promise<Configuration> => {
  const file = new URL('../../examples/onboarding.yml', import.meta.url);
  return parseConfiguration(await readFile(file, 'utf8'), 'examples/onboarding.yml');
};
