import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import {
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
} from '@aws-sdk/client-organizations';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { type Accounts, accountsAt } from '../fixtures/moto/accounts.ts';
import { createAccount } from '../fixtures/moto/organization.ts';
import { objectOf, run } from '../fixtures/screen.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

const region = 'ap-southeast-2';
const bucket = 'acme-audit-trail';

/** An organization that the example does not resemble: nested OUs, names with blanks, two accounts with one name. */
async function buildAcme({ organizations, in: open }: Accounts) {
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  const rootId = Roots?.[0]?.Id ?? '';
  const createOu = async (ParentId: string, Name: string): Promise<string> => {
    const answer = await organizations.send(new CreateOrganizationalUnitCommand({ ParentId, Name }));
    return answer.OrganizationalUnit?.Id ?? '';
  };
  const live = await createOu(await createOu(rootId, 'Product Teams'), 'Live');
  const audit = await createAccount(organizations, 'Acme Audit (2019)');
  await createAccount(organizations, 'Acme Audit (2019)');
  const build = await createAccount(organizations, 'Acme Build');
  const checkout = await createAccount(organizations, 'checkout-live');
  await organizations.send(
    new MoveAccountCommand({ AccountId: checkout, SourceParentId: rootId, DestinationParentId: live }),
  );
  const { s3 } = await open(audit, region);
  await s3.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: trailPolicy(audit) }));
  const { ecr, kms, secretsManager } = await open(build, region);
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'runtime/jvm' }));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const key = KeyMetadata?.KeyId ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/build-secrets', TargetKeyId: key }));
  await secretsManager.send(
    new CreateSecretCommand({ Name: 'build/licence', SecretString: 'none', KmsKeyId: key }),
  );
  return { audit, build, checkout, key };
}

const trailPolicy = (accountId: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OwnTrail',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${bucket}/AWSLogs/${accountId}/*`,
      },
    ],
  });

describeWithMoto('onboarding init on an organization that the example does not resemble', (server) => {
  let folder: string;
  let acme: Awaited<ReturnType<typeof buildAcme>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onboarding-acme-'));
    acme = await buildAcme(accountsAt(server().endpoint));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

  const onboarding = (args: readonly string[]) => {
    Object.assign(process.env, credentials);
    return run([...args, '--config', join(folder, 'onboarding.yml')], {
      env: { ...credentials, AWS_ENDPOINT_URL: server().endpoint },
    });
  };

  const init = (central: string) =>
    onboarding([
      ...[
        'init',
        '--installation',
        'acme',
        '--region',
        region,
        '--ou',
        'Product Teams/Live',
        '--grants',
        'all',
      ],
      ...['--central', central, '--central', 'build=Acme Build'],
    ]);

  it('names both accounts when the name of a central account is not unique', async () => {
    const { code, stderr } = await init('audit=Acme Audit (2019)');

    expect(code).toBe(64);
    expect(stderr).toContain('2 accounts have the name Acme Audit (2019)');
    expect(stderr).toContain(acme.audit);
  });

  it('writes a file whose plan works when the answers are given', async () => {
    const screen = await init(`audit=${acme.audit}`);
    expect(screen).toMatchObject({ code: 0, stderr: '' });

    const file = join(folder, 'onboarding.yml');
    const { grants } = parseConfiguration(await readFile(file, 'utf8'), file);
    expect(grants).toMatchObject([
      { account: 'audit', bucket, preset: 'cloudtrail-write' },
      { account: 'build', key: acme.key, preset: 'decrypt-secrets' },
      { account: 'build', repositories: ['runtime/jvm'] },
      { account: 'build', secrets: ['build/licence'] },
    ]);
    expect((await onboarding(['validate'])).code).toBe(0);
    const planned = await onboarding(['plan', '--json']);
    expect(planned.code).toBe(2);
    expect(objectOf(planned)).toMatchObject({ status: 'changes-pending', counts: { change: 4, failed: 0 } });
    expect(planned.stdout).toContain(acme.checkout);
  }, 60_000);
});
