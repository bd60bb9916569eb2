import { describe, expect, test } from '@jest/globals';
import { describeAccount, type KnownOu, type OuCache } from '../../shared/accounts/describe-account.ts';
import { awsError, testOrganization } from '../fixtures/organizations-client.ts';

const id = '555566667777';
const production = {
  id,
  name: `account-${id}`,
  state: 'ACTIVE',
  parentIds: ['r-exam', 'ou-exam-workload1', 'ou-exam-product01'],
  ouPath: 'Workloads/Production',
  tags: { environment: 'production' },
};

describe('describeAccount', () => {
  test('returns position, tags and state of an account', async () => {
    const { client } = testOrganization();

    expect(await describeAccount(client, id)).toEqual(production);
    expect(await describeAccount(client, '111111111111')).toMatchObject({
      parentIds: ['r-exam'],
      ouPath: '',
    });
  });

  test("reads every page of an account's tags", async () => {
    const { client, accounts } = testOrganization();
    const tags = { a: '1', b: '2', c: '', d: '4', e: '5' };
    accounts.set(id, { parentId: 'r-exam', tags });

    expect((await describeAccount(client, id))?.tags).toEqual(tags);
  });

  test.each([
    [{ State: 'PENDING_ACTIVATION', Status: 'ACTIVE' }, 'PENDING_ACTIVATION'],
    [{ State: undefined, Status: 'SUSPENDED' }, 'SUSPENDED'],
    [{ State: 'CLOSED' }, 'CLOSED'],
  ] as const)('prefers the field State to the older field Status: %j', async (answer, state) => {
    const { client, accounts } = testOrganization();
    accounts.set(id, { parentId: 'r-exam', answer });

    expect((await describeAccount(client, id))?.state).toBe(state);
  });

  test('leaves the state empty when Organizations returns none', async () => {
    const { client, accounts } = testOrganization();
    accounts.set(id, { parentId: 'r-exam', answer: { State: undefined } });

    await expect(describeAccount(client, id)).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  });

  test('returns undefined when Organizations does not know the account', async () => {
    expect(await describeAccount(testOrganization().client, '000000000000')).toBeUndefined();
  });

  test('throws any other error of Organizations again', async () => {
    const organization = testOrganization();
    organization.before = () => {
      throw awsError('AWSOrganizationsNotInUseException');
    };

    await expect(describeAccount(organization.client, id)).rejects.toMatchObject({
      name: 'AWSOrganizationsNotInUseException',
    });
  });

  test('reads an account again when it leaves the organization during the read', async () => {
    const organization = testOrganization();
    organization.after = (command) => command === 'ListTagsForResource' && organization.accounts.delete(id);

    expect(await describeAccount(organization.client, id)).toBeUndefined();
  });

  test('reads an account again when it leaves an OU that is deleted during the read', async () => {
    const organization = testOrganization();
    organization.before = (command) => {
      if (command !== 'DescribeOrganizationalUnit') return;
      organization.before = () => undefined;
      organization.ous.delete('ou-exam-product01');
      organization.accounts.set(id, { parentId: 'r-exam' });
    };

    expect(await describeAccount(organization.client, id)).toMatchObject({ ouPath: '' });
  });

  test('calls the operation of Organizations with the lowest rate limit first', async () => {
    const { client, asked } = testOrganization();

    await describeAccount(client, '111111111111');

    expect(asked).toEqual(['ListParents', 'ListTagsForResource', 'DescribeAccount']);
  });

  test('gives up when repeated reads of an account keep differing', async () => {
    const organization = testOrganization();
    organization.before = (command) => {
      if (command === 'ListTagsForResource') throw awsError('TargetNotFoundException');
    };

    await expect(describeAccount(organization.client, id)).rejects.toThrow('TargetNotFoundException');
    expect(organization.asked.filter((command) => command === 'ListTagsForResource')).toHaveLength(3);
  });

  test('reads an OU once when a cache is passed in', async () => {
    const { client, accounts, asked } = testOrganization();
    accounts.set('888899990000', { parentId: 'ou-exam-product01' });
    const ouCache: OuCache = new Map<string, KnownOu>();

    await describeAccount(client, id, ouCache);
    const second = await describeAccount(client, '888899990000', ouCache);

    expect(second?.ouPath).toBe('Workloads/Production');
    expect(asked.filter((command) => command === 'DescribeOrganizationalUnit')).toHaveLength(2);
  });

  test('escapes a slash in the name of an OU in its path', async () => {
    const { client, ous, accounts } = testOrganization();
    ous.set('ou-exam-oddname01', { name: 'Workloads/Production', parentId: 'r-exam' });
    accounts.set(id, { parentId: 'ou-exam-oddname01' });

    expect((await describeAccount(client, id))?.ouPath).toBe('Workloads%2FProduction');
  });
});
