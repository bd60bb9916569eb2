import { beforeAll, describe, expect, it } from '@jest/globals';
import { listSpokeFunctions } from '../../shared/cloudformation/names.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { getSpokeRole, toUpdateFunctionName } from '../../shared/platform/central-accounts.ts';
import { configurationFiles, loadCentralAccounts } from '../fixtures/central-accounts.ts';
import {
  type Deployment,
  deployment,
  functionLogicalId,
  resourcesOf,
  statementsOf,
} from '../fixtures/deployment/deployment.ts';

const numbers = Object.keys(configurationFiles) as (keyof typeof configurationFiles)[];

const resourcesFor = (deployed: Deployment, roleId: string, action: string): readonly string[] =>
  statementsOf(deployed, roleId)
    .filter(({ actions }) => actions.includes(action))
    .flatMap(({ resources }) => resources);

describe.each(numbers)('the deployment of %s central accounts', (number) => {
  let configuration: Configuration;
  let deployed: Deployment;
  let updates: readonly string[];
  beforeAll(async () => {
    configuration = await loadCentralAccounts(number);
    deployed = await deployment(configurationFiles[number]);
    updates = Object.keys(configuration.centralAccounts).map(toUpdateFunctionName);
  }, 60_000);

  const nameOf = (update: string): string => `account-onboarding-${configuration.installation}-${update}`;

  const spokeRoles = (): readonly string[] =>
    Object.values(configuration.centralAccounts).map(
      ({ id }) => `arn:\${AWS::Partition}:iam::${id}:role/${getSpokeRole(configuration, id)}`,
    );

  /** The functions that read member roles. */
  const memberReading = ['verify-access', 'check-member-roles'];

  /** The read-only roles that the member templates bring to every account. Accounts are unknown when the hub is deployed. */
  const memberReaders = (): string =>
    `arn:\${AWS::Partition}:iam::*:role/account-onboarding/account-onboarding-${configuration.installation}-members-*`;

  it('deploys one function and one role for each central account, from one handler', () => {
    const own = ['update-log-account', 'update-security-account', 'update-shared-account'];
    const updateFunctions = Object.entries(deployed.functions).filter(([key]) => key.startsWith('update-'));

    expect(updateFunctions.map(([key, { name, handler }]) => [key, name, handler])).toEqual(
      updates.map((key) => [
        key,
        nameOf(key),
        `functions/${own.includes(key) ? key : 'update-central-account'}.handler`,
      ]),
    );
    expect(updateFunctions.map(([, { role }]) => deployed.resources[role]?.Properties.RoleName)).toEqual(
      updates.map(nameOf),
    );
    expect(new Set(updateFunctions.map(([, { role }]) => role)).size).toBe(updates.length);
  });

  it("lets each update role assume only its own account's spoke role", () => {
    const assumed = updates.map((key) =>
      resourcesFor(deployed, deployed.functions[key]?.role ?? '', 'sts:AssumeRole'),
    );

    expect(assumed).toEqual(spokeRoles().map((arn) => [arn]));
  });

  it('lets functions that read assume the roles of all central accounts, and verification also the reader roles of members', () => {
    for (const name of listSpokeFunctions([])) {
      const { role = '' } = deployed.functions[name] ?? {};
      const readers = name === 'verify-access' ? [memberReaders()] : [];
      expect(resourcesFor(deployed, role, 'sts:AssumeRole')).toEqual([...spokeRoles(), ...readers]);
    }
  });

  it.each(memberReading)('lets %s assume reader roles within the organization only', (name) => {
    const { role = '' } = deployed.functions[name] ?? {};
    const conditions = statementsOf(deployed, role)
      .filter(({ resources }) => resources.includes(memberReaders()))
      .map(({ condition }) => condition);

    expect(conditions).toEqual([{ StringEquals: { 'aws:ResourceOrgID': configuration.organization.id } }]);
  });

  it.each(['AccountOnboardingRole', 'OrganizationSweepRole'])(
    'lets %s invoke no function by a wildcard',
    (role) => {
      const invoked = resourcesFor(deployed, role, 'lambda:InvokeFunction');

      expect(invoked.filter((arn) => arn.includes('*') || !arn.endsWith('LambdaFunction.Arn'))).toEqual([]);
      expect(invoked.filter((arn) => arn.startsWith('UpdateDash'))).toEqual(
        updates.map((key) => `${functionLogicalId(key)}.Arn`),
      );
    },
  );

  it('passes the names of update functions to plan-changes only', () => {
    const withNames = Object.entries(deployed.functions).filter(
      ([, { environment }]) => environment !== undefined,
    );

    expect(withNames.map(([key]) => key)).toEqual(['plan-changes']);
    expect(JSON.parse(withNames[0]?.[1].environment?.ONBOARDING_UPDATE_FUNCTIONS ?? '')).toEqual(
      Object.fromEntries(
        Object.keys(configuration.centralAccounts).map((name) => [name, nameOf(toUpdateFunctionName(name))]),
      ),
    );
  });

  it('admits the events that central accounts forward, and no others', () => {
    const [[, policy] = []] = resourcesOf(deployed, 'AWS::Events::EventBusPolicy');
    const admitted = JSON.stringify(policy?.Properties.Statement).match(/(?<=::)\d{12}(?=:role)/g);

    // The role of the management account is admitted only if the hub is in another account.
    expect(admitted).toEqual([
      ...Object.values(configuration.centralAccounts).map(({ id }) => id),
      configuration.organization.managementAccount,
    ]);
    expect(JSON.stringify(policy?.Properties.Statement)).toContain('{"Fn::If":["HubIsElsewhere",');
  });
});

it('ends before packaging when the configuration has mistakes', async () => {
  await expect(deployment('tests/cases/configuration/central-account-names.yml')).rejects.toMatchObject({
    stdout: expect.stringMatching(
      /centralAccounts\.Network \(line 6\): must be a name of lower-case words[\s\S]*Nothing was packaged or deployed/,
    ),
  });
}, 60_000);
