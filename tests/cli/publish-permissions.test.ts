import { expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import {
  authorArn,
  deployedTo,
  environmentOf,
  keyArn,
  publish,
  versionsOf,
} from '../fixtures/publish-command.ts';

const readActions = ['ListApplications', 'ListEnvironments', 'ListConfigurationProfiles', 'ListDeployments'];
const writeActions = ['CreateHostedConfigurationVersion', 'StartDeployment', 'GetDeployment'];

/** What docs/applications.md says that an author needs. */
const statements: Readonly<Record<string, Statement>> = {
  ...Object.fromEntries(
    [...readActions, ...writeActions].map((action) => [
      `appconfig:${action}`,
      { Effect: 'Allow', Action: `appconfig:${action}`, Resource: '*' },
    ]),
  ),
  'kms:GenerateDataKey': { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: keyArn },
  'kms:Decrypt': { Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn },
};

/** The author has the permissions, but one. */
function removePermission({ world }: SimulatedOrganization, missing: string | undefined): void {
  const role = world.roles.get(authorArn);
  if (role === undefined) throw new Error('There is no author');
  const Statement = Object.entries(statements).flatMap(([name, each]) => (name === missing ? [] : [each]));
  role.permissions = JSON.stringify({ Version: '2012-10-17', Statement });
}

/** @param from the call from which on the permission is missing. Default: the first one */
const publishWithout = (missing?: string, from?: string) =>
  publish(['--environment', 'test'], {
    withKey: true,
    prepare: (organization) => {
      removePermission(organization, from === undefined ? missing : undefined);
      organization.intercept(({ operation }, proceed) => {
        if (operation === from) removePermission(organization, missing);
        return proceed();
      });
    },
  });

it('encrypts the version and its deployment when the author has exactly the documented permissions', async () => {
  const { code, stderr, application } = await publishWithout();

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { deployments } = environmentOf(application, 'test');
  expect(deployments.map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([keyArn]);
});

it.each([...readActions, 'CreateHostedConfigurationVersion'].map((action) => `appconfig:${action}`))(
  'creates nothing and names %s when the author lacks it',
  async (action) => {
    const { code, stderr, application } = await publishWithout(action);

    expect(code).toBe(69);
    expect(stderr).toMatch(new RegExp(`Nothing was created\\. The caller needs ${action}$`, 'm'));
    expect(versionsOf(application)).toEqual([]);
  },
);

it('creates nothing and names kms:GenerateDataKey when the author may not encrypt the version', async () => {
  const { code, stderr, application } = await publishWithout('kms:GenerateDataKey');

  expect(code).toBe(69);
  expect(stderr).toMatch(/Nothing was created\. The caller needs kms:GenerateDataKey on the key /);
  expect(versionsOf(application)).toEqual([]);
});

it.each([
  ['appconfig:StartDeployment', ''],
  ['kms:Decrypt', ` on the key ${keyArn}`],
  ['kms:GenerateDataKey', ` on the key ${keyArn}`],
])('deploys nothing and names %s when the author lacks it for the deployment', async (missing, on) => {
  const { code, stdout, application } = await publishWithout(missing, 'StartDeployment');

  expect(code).toBe(1);
  expect(stdout).toContain(`The caller needs ${missing}${on}`);
  expect(stdout).toMatch(/^failed: 0 of 1 deployments complete\. Version 1 stays in AppConfig/m);
  expect(versionsOf(application)).toHaveLength(1);
  expect(deployedTo(application, 'test')).toEqual([]);
});

it('leaves the deployment running when the author may not read its state', async () => {
  const { code, stdout, application } = await publishWithout('appconfig:GetDeployment');

  expect(code).toBe(1);
  expect(stdout).toMatch(/unknown +test +deployment 1 +Its state cannot be read .*appconfig:GetDeployment/);
  expect(deployedTo(application, 'test')).toEqual(['1']);
});
