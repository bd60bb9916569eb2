import { CreateTagsCommand, EC2Client, RegisterImageCommand } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, expect, test } from '@jest/globals';
import type { ResourcePattern } from '../../shared/grants/contract.ts';
import { TooManyResourcesError } from '../../shared/grants/errors.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { createAwsAccess } from '../../shared/platform/aws/access.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { type Account, accountsAt, callerCredentials } from '../fixtures/moto/accounts.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

const accountId = '444455556666';
const region = 'eu-west-1';

/** Tags as most services take them; one resource of two has all that the pattern asks for. */
const fit = { Use: 'runner', Team: 'core' };
const unfit = { Use: 'runner2', Team: 'core' };
const tagged: ResourcePattern = { tags: { Use: ['builder', 'runner'], Team: ['core'] } };
const listOf = (tags: object) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

describeWithMoto('finding resources by pattern', (moto) => {
  let account: Account;
  beforeAll(async () => {
    account = await accountsAt(moto().endpoint).in(accountId, region);
  });

  const find = (kind: string, pattern: ResourcePattern, limit = 500) => {
    const { endpoint } = moto();
    const access = createAwsAccess({
      endpoint,
      region: 'us-east-1',
      credentials: callerCredentials,
      partition: 'aws',
      spokeRole: 'spoke',
      runId: 'integration',
      clock: systemClock,
    });
    const location = { accountId, region };
    return getGrantKind(kind).discovery?.find(
      access.getReader(location),
      { kind, ...location, pattern },
      limit,
    );
  };

  test('discovers repositories by their name', async () => {
    for (const repositoryName of ['base/node', 'base/team/python', 'other/node'])
      await account.ecr.send(new CreateRepositoryCommand({ repositoryName }));

    expect(await find('ecr-repository-policy', { name: 'base/*' })).toEqual([
      'base/node',
      'base/team/python',
    ]);
    await expect(find('ecr-repository-policy', { name: '*' }, 2)).rejects.toBeInstanceOf(
      TooManyResourcesError,
    );
  });

  test('discovers secrets by their tags, except those scheduled for deletion', async () => {
    for (const [Name, tags] of Object.entries({ fits: fit, doomed: fit, differs: unfit }))
      await account.secretsManager.send(
        new CreateSecretCommand({ Name, SecretString: 'not-a-secret', Tags: listOf(tags) }),
      );
    await account.secretsManager.send(new DeleteSecretCommand({ SecretId: 'doomed' }));

    expect(await find('secret-resource-policy', tagged)).toEqual(['fits']);
  });

  test('discovers keys by their tags, except those scheduled for deletion', async () => {
    const make = async (tags: object): Promise<string> => {
      const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      return (await account.kms.send(new CreateKeyCommand({ Tags }))).KeyMetadata?.KeyId ?? '';
    };
    const [fits, doomed] = [await make(fit), await make(fit), await make(unfit)];
    await account.kms.send(new ScheduleKeyDeletionCommand({ KeyId: doomed, PendingWindowInDays: 7 }));

    expect(await find('kms-key-policy', tagged)).toEqual([fits]);
    expect(await find('kms-grant', tagged)).toEqual([fits]);
  }, 20_000);

  test('discovers images by their tags', async () => {
    const credentials = await account.kms.config.credentials();
    const ec2 = new EC2Client({ endpoint: moto().endpoint, region, credentials });
    const make = async (Name: string, tags: object): Promise<string> => {
      const { ImageId = '' } = await ec2.send(new RegisterImageCommand({ Name }));
      // Moto does not take tags with the image.
      await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags: listOf(tags) }));
      return ImageId;
    };
    const fits = await make('fits', fit);
    await make('differs', unfit);

    expect(await find('ami-launch-permission', tagged)).toEqual([fits]);
  });
});
