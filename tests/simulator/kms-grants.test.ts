import {
  CreateGrantCommand,
  type CreateGrantCommandInput,
  DecryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ListGrantsCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms';
import { beforeEach, expect, test } from '@jest/globals';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  createSimulatorEnv,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  shared,
} from '../fixtures/simulator-env.ts';

const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const grantee = `arn:aws:iam::${member}:role/Launcher`;

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
  env.organization.addRole({ accountId: member, name: 'Launcher', trust: policy() });
});

const kms = () => env.clients(shared).kms;

const create = (more: Partial<CreateGrantCommandInput> = {}) =>
  kms().send(new CreateGrantCommand({ KeyId, GranteePrincipal: grantee, Operations: ['Decrypt'], ...more }));

const list = async () => (await kms().send(new ListGrantsCommand({ KeyId }))).Grants ?? [];

test('lists a KMS grant as it was created', async () => {
  const { GrantId } = await create({ Name: 'example', Operations: ['Encrypt', 'Decrypt'] });

  expect(await list()).toEqual([
    {
      KeyId: env.keyArn,
      IssuingAccount: shared,
      GrantId,
      Name: 'example',
      GranteePrincipal: grantee,
      Operations: ['Decrypt', 'Encrypt'],
    },
  ]);
});

test('returns the same KMS grant when name and content are the same', async () => {
  const first = await create({ Name: 'example' });

  expect((await create({ Name: 'example' })).GrantId).toBe(first.GrantId);
  expect((await create({ Name: 'example', Operations: ['Encrypt'] })).GrantId).not.toBe(first.GrantId);
  expect(await list()).toHaveLength(2);
});

test('creates another KMS grant for each request without a name', async () => {
  await create();
  await create();

  expect(new Set((await list()).map(({ GrantId }) => GrantId)).size).toBe(2);
});

test.each<[string, Partial<CreateGrantCommandInput>, string]>([
  [
    'a role that does not exist',
    { GranteePrincipal: `arn:aws:iam::${member}:role/Nobody` },
    'InvalidArnException',
  ],
  ['a name with a blank', { Name: 'by hand' }, 'ValidationException'],
  ['no operation', { Operations: [] }, 'ValidationException'],
  ['a key that does not exist', { KeyId: '00000000-0000-4000-8000-000000000000' }, 'NotFoundException'],
])('refuses a KMS grant with %s', async (_, more, name) => {
  expect(await refusal(create(more))).toMatchObject({ name });
});

test('lists KMS grants in pages', async () => {
  for (let count = 0; count < 120; count += 1) await create();

  const first = await kms().send(new ListGrantsCommand({ KeyId, Limit: 100 }));
  const second = await kms().send(new ListGrantsCommand({ KeyId, Limit: 100, Marker: first.NextMarker }));

  expect([first.Grants?.length, first.Truncated]).toEqual([100, true]);
  expect([second.Grants?.length, second.Truncated]).toEqual([20, false]);
  expect(await refusal(kms().send(new ListGrantsCommand({ KeyId, Limit: 101 })))).toMatchObject({
    name: 'ValidationException',
  });
});

test('revokes or retires a KMS grant once', async () => {
  const [one, other] = [await create(), await create()];

  await kms().send(new RevokeGrantCommand({ KeyId, GrantId: one.GrantId }));
  await kms().send(new RetireGrantCommand({ KeyId, GrantId: other.GrantId }));

  expect(await list()).toEqual([]);
  expect(await refusal(kms().send(new RevokeGrantCommand({ KeyId, GrantId: one.GrantId })))).toMatchObject({
    name: 'NotFoundException',
  });
});

test("shows the unique id of a KMS grant's grantee when its role was deleted", async () => {
  await create();

  env.organization.deleteRole(grantee);

  expect((await list())[0]?.GranteePrincipal).toMatch(/^AROA/);
});

test("allows a KMS grant's operations to its grantee, under its constraints", async () => {
  const credentials = env.organization.credentialsOf(member, 'Launcher');
  const launcher = withPlugins(new KMSClient({ region, credentials }), [env.organization.plugin()]);
  const generate = (purpose: string) =>
    launcher.send(new GenerateDataKeyCommand({ KeyId: env.keyArn, EncryptionContext: { purpose } }));
  const refused = { name: 'AccessDeniedException' };
  expect(await refusal(generate('volumes'))).toMatchObject(refused);
  const Constraints = { EncryptionContextEquals: { purpose: 'volumes' } };
  const { GrantId } = await create({ Operations: ['GenerateDataKey'], Constraints });

  const { CiphertextBlob } = await generate('volumes');

  const decrypt = new DecryptCommand({ CiphertextBlob, EncryptionContext: { purpose: 'volumes' } });
  expect(await refusal(launcher.send(decrypt))).toMatchObject(refused);
  expect(await refusal(generate('other'))).toMatchObject(refused);
  await kms().send(new RevokeGrantCommand({ KeyId, GrantId }));
  expect(await refusal(generate('volumes'))).toMatchObject(refused);
});
