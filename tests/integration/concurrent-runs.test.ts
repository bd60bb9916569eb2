import { beforeEach, expect, test } from '@jest/globals';
import { deployOn, tableStore } from '../fixtures/moto/deployment.ts';
import { createdEvent } from '../fixtures/moto/events.ts';
import {
  buildOrganization,
  createAccount,
  moveAccount,
  type Organization,
  type OuName,
} from '../fixtures/moto/organization.ts';
import { attachedPolicies, namedIn, readPolicies } from '../fixtures/moto/policies.ts';
import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

describeWithMoto('accounts that arrive together', (moto) => {
  let organization: Organization;
  beforeEach(async () => {
    await moto().reset();
    organization = await buildOrganization(moto().endpoint);
  }, 60_000);

  const newAccount = async (name: string, ou?: OuName): Promise<string> => {
    const id = await createAccount(organization.accounts.organizations, name);
    if (ou !== undefined) await moveAccount(organization, id, ou);
    return id;
  };
  const readersPolicy = async () =>
    (await attachedPolicies(organization, 'group/Readers')).find(({ path }) => path !== '/');

  describeWithDynamoDb('with the table in DynamoDB Local', (dynamodb) => {
    test('keeps the access of both accounts when two runs work at the same time', async () => {
      const deployment = await deployOn(
        moto().endpoint,
        organization.configuration,
        await tableStore(dynamodb().endpoint),
      );
      const both = [await newAccount('one', 'Workloads'), await newAccount('other', 'Workloads')].sort();
      const events = await Promise.all(both.map(createdEvent));
      const runs = await Promise.all(events.map((event) => deployment.run(event)));

      const policies = await readPolicies(organization);
      expect(runs.map(({ result }) => result.status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
      expect(namedIn(policies.revisions)).toEqual({ RevisionsList: both, RevisionsRead: both });
      expect(namedIn(policies['flow-logs'])).toEqual({ FlowLogsCheck: both, FlowLogsWrite: both });
      expect(namedIn(policies['ami-key'])).toEqual({ AmiKeyUse: both, AmiKeyAttach: both });
      expect(namedIn(policies['base/python'])).toEqual({ BaseImagesPull: both });
      expect(namedIn(policies['runner-token'])).toEqual({ RunnerSecretsRead: both });
      expect(namedIn(policies.cloudtrail).TrailLogsWrite).toEqual(expect.arrayContaining(both));
      expect(namedIn((await readersPolicy())?.document).PeopleReadAssume).toEqual(
        expect.arrayContaining(both),
      );
    }, 60_000);
  });
});
