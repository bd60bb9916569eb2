import type { CentralAccounts, Keys } from './central-resources.ts';

export interface ConfigurationNames {
  readonly id: string;
  readonly managementAccount: string;
  readonly central: CentralAccounts;
  readonly keys: Keys;
  readonly topic: string;
}

/** All but the grants. */
export const configurationHead = (names: ConfigurationNames): string => `version: 1
installation: moto
organization: { id: ${names.id}, managementAccount: "${names.managementAccount}" }
centralAccounts:
  log: { id: "${names.central.log}", region: eu-west-1 }
  security: { id: "${names.central.security}", region: us-east-1 }
  shared: { id: "${names.central.shared}", region: eu-west-1 }
  configuration: { id: "${names.central.configuration}", region: eu-central-1 }
notifications: { topic: "${names.topic}" }
`;

/** One grant of each kind at least, on policies that are absent, foreign, or as the service makes them. */
export const configurationText = (names: ConfigurationNames): string => `${configurationHead(names)}grants:
  - name: trail-logs
    kind: s3-bucket-policy
    account: log
    bucket: example-org-cloudtrail
    preset: cloudtrail-write
    for: { all: true }
  - name: flow-logs
    kind: s3-bucket-policy
    account: log
    bucket: example-org-flow-logs
    preset: flow-logs-write
    for: { ous: [Workloads, Platform] }
  - name: trail-key
    kind: kms-key-policy
    account: log
    key: ${names.keys.trail}
    preset: cloudtrail-encrypt
    for: { all: true }
${peopleGrants(names)}
  - name: ami-key
    kind: kms-key-policy
    account: shared
    key: ${names.keys.ami}
    preset: launch-encrypted-ami
    for: { ous: [Workloads, Sandbox] }
  - name: base-images
    kind: ecr-repository-policy
    account: shared
    repositories: [base/node, base/python]
    preset: pull
    for: { ous: [Workloads, Sandbox] }
  - name: lambda-images
    kind: ecr-repository-policy
    account: shared
    repositories: [base/node]
    preset: lambda-pull
    for: { ous: [Workloads] }
  - name: runner-secrets
    kind: secret-resource-policy
    account: shared
    secrets: [deploy/runner-token, deploy/registry-login]
    preset: read
    roles: [deploy/Runner]
    for: { ous: [Workloads] }
  - name: revisions
    kind: s3-bucket-policy
    account: configuration
    bucket: example-org-revisions
    preset: revisions-read
    for: { ous: [Workloads] }
`;

const peopleGrants = ({ managementAccount }: ConfigurationNames): string => `  - name: people-read
    kind: assume-role-permission
    account: security
    groups: [Readers, Developers]
    role: people/ReadOnly
    for: { all: true, except: [{ accounts: ["${managementAccount}"] }] }
  - name: people-develop
    kind: assume-role-permission
    account: security
    groups: [Developers]
    role: people/Developer
    for: { ous: [Workloads, Sandbox] }
  - name: pipeline-deploy
    kind: assume-role-permission
    account: security
    roles: [Pipeline]
    role: deploy/Deployer
    mfa: false
    for: { ous: [Workloads] }`;
