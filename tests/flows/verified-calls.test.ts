import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import type { OrganizationPolicyType } from '../../simulator/organization-policy-state.ts';
import { workloads } from '../fixtures/account-events.ts';
import { getSecretKey } from '../fixtures/content-keys.ts';
import { onboardEveryKind } from '../fixtures/every-kind.ts';
import { type MemberEnv, roleOf } from '../fixtures/member-env.ts';
import { askAws, workingCalls } from '../fixtures/real-calls.ts';
import { type AccessName, accesses } from '../fixtures/removed-pieces/accesses.ts';
import { security, shared } from '../fixtures/small-configuration.ts';
import { otherServices } from '../fixtures/test-env.ts';
import {
  createWorldChanges,
  editDocument,
  putInlinePolicies,
  type WorldChanges,
} from '../fixtures/world-changes.ts';

let env: MemberEnv;
let checks = 0;
const changes = createWorldChanges();

beforeAll(async () => {
  env = await onboardEveryKind();
});

afterEach(() => changes.undo());

type Change = (env: MemberEnv, changes: WorldChanges) => void;

interface AddedStatement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly [element: string]: unknown;
}

const deny = (more: AddedStatement): AddedStatement => ({ Sid: 'Added', Effect: 'Deny', ...more });
const policy = (...Statement: readonly AddedStatement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });
const append = (text: string, statement: AddedStatement): string => {
  const document = JSON.parse(text);
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
};

const attach =
  (type: OrganizationPolicyType, target: string, statement: AddedStatement): Change =>
  ({ organization: { world } }) => {
    const { policies, enabledTypes } = world.organizationPolicies;
    changes.put(policies, 'p-added', {
      id: 'p-added',
      name: 'Added',
      type,
      isAwsManaged: false,
      content: policy(statement),
      targets: new Set([target]),
    });
    enabledTypes.add(type);
  };

const limitRole =
  (name: string, statement: AddedStatement): Change =>
  (on) => {
    const role = roleOf(on, name);
    putInlinePolicies(changes, role, {
      ...Object.fromEntries(role.inlinePolicies),
      added: policy(statement),
    });
  };

const extendTrust =
  (name: string, statement: AddedStatement): Change =>
  (on) => {
    const role = roleOf(on, name);
    changes.set(role, 'trust', append(role.trust, statement));
  };

const requireOfTrust =
  (name: string, operator: string, condition: object): Change =>
  (on) => {
    const role = roleOf(on, name);
    const edit = (statement: AddedStatement) => {
      const { Condition = {} } = statement as { Condition?: Record<string, object> };
      return {
        ...statement,
        Condition: { ...Condition, [operator]: { ...Condition[operator], ...condition } },
      };
    };
    changes.set(role, 'trust', editDocument(role.trust, edit));
  };

const extendResource =
  (name: string, statement: AddedStatement): Change =>
  ({ organization: { world } }) => {
    const resources = [world.buckets, world.keys, world.secrets].flatMap((map) => [...map.values()]);
    const found = resources.find((each) => each.name === name);
    if (found?.policy === undefined) throw new Error(`There is no policy of ${name}`);
    changes.set(found, 'policy', append(found.policy, statement));
  };

const setKeyState =
  (state: 'Disabled' | 'PendingDeletion'): Change =>
  (on) => {
    const key = on.organization.world.keys.get(getSecretKey(on));
    if (key !== undefined) changes.set(key, 'state', state);
  };

const everySession = { Bool: { 'aws:PrincipalIsAWSService': 'false' } };
const everything = { Action: '*', Resource: '*' };
const everybody = { Principal: '*', Action: 'sts:AssumeRole' };

const worlds: Readonly<Record<string, Change>> = {
  'nothing has changed': () => {},
  'the account has moved out of the OU, and no run has followed': ({ organization, id }) => {
    const account = organization.world.accounts.get(id);
    if (account !== undefined) changes.set(account, 'parentId', 'r-exam');
  },
  'an SCP of the root denies AssumeRole': attach(
    'SERVICE_CONTROL_POLICY',
    'r-exam',
    deny({ ...everything, Action: 'sts:AssumeRole' }),
  ),
  'an SCP of the OU denies every session': attach(
    'SERVICE_CONTROL_POLICY',
    workloads,
    deny({ ...everything, Condition: everySession }),
  ),
  'an SCP of a central account denies AssumeRole': attach(
    'SERVICE_CONTROL_POLICY',
    security,
    deny({ ...everything, Action: 'sts:*' }),
  ),
  'an SCP of the OU denies other regions': attach(
    'SERVICE_CONTROL_POLICY',
    workloads,
    deny({ ...everything, Condition: { StringNotEquals: { 'aws:RequestedRegion': 'us-west-2' } } }),
  ),
  'an RCP of the shared account denies secrets': attach(
    'RESOURCE_CONTROL_POLICY',
    shared,
    deny({ ...everything, Principal: '*', Action: 'secretsmanager:*' }),
  ),
  'an RCP of the OU denies AssumeRole': attach(
    'RESOURCE_CONTROL_POLICY',
    workloads,
    deny({ ...everything, ...everybody }),
  ),
  'an RCP of the root denies the organization': attach(
    'RESOURCE_CONTROL_POLICY',
    'r-exam',
    deny({
      ...everything,
      Principal: '*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } },
    }),
  ),
  'the application is denied TLS': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
  ),
  'the application is denied by its type': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } } }),
  ),
  'the application is denied by the time': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } }),
  ),
  'the application is denied by its account': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { StringLike: { 'aws:PrincipalAccount': '*' } } }),
  ),
  'the application is denied other organizations': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { StringNotEquals: { 'aws:ResourceOrgID': 'o-other' } } }),
  ),
  'the application is denied calls that are not via a service': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { Bool: { 'aws:ViaAWSService': 'false' } } }),
  ),
  'the application is denied by its session': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { StringLike: { 'aws:userid': '*:*' } } }),
  ),
  'the application is denied another address': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
  ),
  'the application is denied by its ARN': limitRole(
    'app/Web',
    deny({ ...everything, Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/app/*' } } }),
  ),
  'the boundary of the application does not exist': (on) =>
    changes.set(roleOf(on, 'app/Web'), 'boundaryArn', `arn:aws:iam::${on.id}:policy/Deleted`),
  'the trust asks people for a recent code': requireOfTrust('people/ReadOnly', 'NumericLessThan', {
    'aws:MultiFactorAuthAge': '0',
  }),
  'the trust asks people for a source identity': requireOfTrust('people/ReadOnly', 'StringLike', {
    'sts:SourceIdentity': '*',
  }),
  'the trust asks people for a session name': requireOfTrust('people/ReadOnly', 'StringEquals', {
    'sts:RoleSessionName': 'audit',
  }),
  'the trust asks people for their name': requireOfTrust('people/ReadOnly', 'StringEquals', {
    'aws:username': 'Bob',
  }),
  'the trust denies an external id': extendTrust(
    'people/Partner',
    deny({ ...everybody, Condition: { Null: { 'sts:ExternalId': 'false' } } }),
  ),
  'the trust denies sessions without MFA': extendTrust(
    'people/Partner',
    deny({ ...everybody, Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }),
  ),
  'the trust denies the organization': extendTrust(
    'deploy/Deployer',
    deny({ ...everybody, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } } }),
  ),
  'the trust denies a role by its ARN': extendTrust(
    'deploy/Deployer',
    deny({ ...everybody, Condition: { ArnLike: { 'aws:PrincipalArn': '*:role/Pipeline' } } }),
  ),
  'the trust of the application denies EC2': extendTrust(
    'app/Web',
    deny({ ...everybody, Condition: { Bool: { 'aws:PrincipalIsAWSService': 'true' } } }),
  ),
  'the bucket denies TLS': extendResource(
    'example-revisions',
    deny({
      ...everything,
      Principal: '*',
      Action: 's3:*',
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    }),
  ),
  'the bucket denies all but one role': extendResource(
    'example-revisions',
    deny({
      ...everything,
      Principal: '*',
      Action: 's3:*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': '*:role/other' } },
    }),
  ),
  'the bucket denies an old signature': extendResource(
    'example-revisions',
    deny({
      ...everything,
      Principal: '*',
      Action: 's3:*',
      Condition: { StringNotEquals: { 's3:signatureversion': 'AWS' } },
    }),
  ),
  'the secret denies every version': extendResource(
    'web/database',
    deny({
      ...everything,
      Principal: '*',
      Action: 'secretsmanager:GetSecretValue',
      Condition: { StringNotEquals: { 'secretsmanager:VersionStage': 'AWSPREVIOUS' } },
    }),
  ),
  'the key is disabled': setKeyState('Disabled'),
  'the key is scheduled for deletion': setKeyState('PendingDeletion'),
  'the secret is scheduled for deletion': ({ organization: { world } }) => {
    for (const secret of world.secrets.values()) changes.set(secret, 'deletedAt', world.settings.clock.now());
  },
  'the secret has the key of AWS': ({ organization: { world } }) => {
    for (const [arn, secret] of [...world.secrets])
      changes.put(world.secrets, arn, { ...secret, kmsKeyArn: undefined });
  },
  'the bucket does not exist': ({ organization: { world } }) =>
    changes.remove(world.buckets, 'example-revisions'),
};

const findStatus = ({ results }: AccountCheck, name: AccessName) =>
  results.find(
    ({ resource, what }) =>
      resource.startsWith(`${accesses[name][0]}/`) && what.startsWith(accesses[name][1]),
  )?.status;

/** What AWS answers when it does what verification says. An unproven access may have either answer. */
const promised: Readonly<Partial<Record<string, string>>> = { verified: 'allowed', denied: 'refused' };

it.each(Object.entries(worlds))('promises nothing that AWS does not keep when %s', async (_, change) => {
  change(env, changes);
  checks += 1;
  const checked = await checkAccount(otherServices(env), { runId: `check-${checks}`, accountId: env.id });

  for (const name of ['readOnly', 'partner', 'deployer', 'reader', 'secret', 'key', 'revisions'] as const) {
    const status = findStatus(checked, name) ?? 'none';
    const answer = await askAws(workingCalls[name], env).catch((error: Error) => error.name);
    const kept =
      status === 'verified' ? answer === 'allowed' : answer !== 'allowed' || promised[status] === undefined;
    expect({ name, status, answer, kept }).toMatchObject({ kept: true });
  }
});
