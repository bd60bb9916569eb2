import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { beforeEach, expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import { createAccessKey } from '../../../simulator/sessions.ts';
import { everything } from '../../fixtures/simulator-env.ts';
import {
  addStranger,
  assume,
  clientOf,
  deploySituation,
  onboardInto,
  refused,
  roleArn,
} from '../../fixtures/situation.ts';
import type { TestEnv } from '../../fixtures/test-env.ts';

const security = '333333333333';
const inside = '555566667777';
const outside = '666677778888';
const mfa = { SerialNumber: `arn:aws:iam::${security}:mfa/jane`, TokenCode: '123456' };
const external = { ExternalId: 'audit-2f61' };

let env: TestEnv;
let jane: AwsCredentialIdentity;
let tool: AwsCredentialIdentity;

/** A person in the group Readers who has an MFA device, and no permission but that of the group. */
function addPerson({ organization }: TestEnv, name: string, groups: readonly string[]) {
  const arn = organization.addUser({ accountId: security, name, groups, mfaCode: mfa.TokenCode });
  return createAccessKey(organization.world, arn);
}

beforeEach(async () => {
  env = await deploySituation('people');
  await onboardInto(env, inside, 'Workloads');
  jane = addPerson(env, 'jane', [`arn:aws:iam::${security}:group/Readers`]);
  tool = env.organization.credentialsOf(security, 'AuditTool');
});

const readOnly = (accountId = inside) => roleArn(accountId, 'people/ReadOnly');
const audit = (accountId = inside) => roleArn(accountId, 'people/Audit');

it('reports the account as ready when the StackSet has deployed both roles', async () => {
  const { run } = await onboardInto(env, '777788889999', 'Workloads');
  expect(run.readiness).toMatchObject({ ready: true, counts: { verified: 2 }, reasons: [] });
});

it('lets a person with MFA read in the account', async () => {
  const session = await assume(env, jane, readOnly(), mfa);
  const iam = clientOf(env, IAMClient, session, 'us-east-1');

  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'Audit' }));
  expect(Role?.Path).toBe('/people/');
  const creation = { RoleName: 'Mine', AssumeRolePolicyDocument: JSON.stringify(everything) };
  await expect(iam.send(new CreateRoleCommand(creation))).rejects.toEqual(refused);
});

it('refuses a person when MFA is missing or wrong', async () => {
  await expect(assume(env, jane, readOnly())).rejects.toEqual(refused);
  await expect(assume(env, jane, readOnly(), { ...mfa, TokenCode: '000000' })).rejects.toEqual(refused);
});

it("refuses a person when the person's group does not allow the role", async () => {
  const john = addPerson(env, 'john', []);
  const device = { ...mfa, SerialNumber: `arn:aws:iam::${security}:mfa/john` };
  await expect(assume(env, john, readOnly(), device)).rejects.toEqual(refused);
});

it('refuses a person when the account is outside the OU', async () => {
  await onboardInto(env, outside, 'Sandbox');
  await expect(assume(env, jane, readOnly(outside), mfa)).rejects.toEqual(refused);
});

it('refuses a person when the account leaves the OU', async () => {
  await assume(env, jane, readOnly(), mfa);
  env.organization.moveAccount(inside, env.organization.world.settings.rootId);
  env.clock.advance(10 * 60_000);
  await expect(assume(env, jane, readOnly(), mfa)).rejects.toEqual(refused);
});

it('lets the audit tool assume its role when it sends the external id', async () => {
  await expect(assume(env, tool, audit(), external)).resolves.toBeDefined();
  await expect(assume(env, tool, audit())).rejects.toEqual(refused);
  await expect(assume(env, tool, audit(), { ExternalId: 'other' })).rejects.toEqual(refused);
});

it('refuses principals of another organization even when they send the external id', async () => {
  const foreign = '999988887777';
  env.organization.addForeignAccount(foreign);
  const stranger = addStranger(env, foreign, 'AuditTool');
  await expect(assume(env, stranger, audit(), external)).rejects.toEqual(refused);
});

it('refuses the security account when it has left the organization', async () => {
  env.organization.removeAccount(security);
  await expect(assume(env, tool, audit(), external)).rejects.toEqual(refused);
  await expect(assume(env, jane, readOnly(), mfa)).rejects.toEqual(refused);
});
