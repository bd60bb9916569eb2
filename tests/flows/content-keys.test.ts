import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import type { SimulatedKey } from '../../simulator/simulated-resources.ts';
import { contentKeyCases, getSecretKey, type KeyCase, keysOfResources } from '../fixtures/content-keys.ts';
import { onboardEveryKind } from '../fixtures/every-kind.ts';
import type { MemberEnv } from '../fixtures/member-env.ts';
import { askAws, workingCalls } from '../fixtures/real-calls.ts';
import { type AccessName, accesses } from '../fixtures/removed-pieces/accesses.ts';
import { otherServices } from '../fixtures/test-env.ts';
import { createWorldChanges } from '../fixtures/world-changes.ts';

let env: MemberEnv;
let checks = 0;
const changes = createWorldChanges();

beforeAll(async () => {
  env = await onboardEveryKind();
});

afterEach(() => changes.undo());

const check = (): Promise<AccountCheck> => {
  checks += 1;
  return checkAccount(otherServices(env), { runId: `check-${checks}`, accountId: env.id });
};

const resultOf = ({ results }: AccountCheck, name: AccessName) =>
  results.find(
    ({ resource, what }) =>
      resource.startsWith(`${accesses[name][0]}/`) && what.startsWith(accesses[name][1]),
  );

const addKey = (settings: Partial<SimulatedKey> & Pick<KeyCase, 'name'>): SimulatedKey => {
  const { accountId, region } = keysOfResources[settings.name];
  const arn = env.organization.addKey({ accountId, region });
  const key = env.organization.world.keys.get(arn);
  if (key === undefined) throw new Error('There is no key');
  const made = { ...key, ...settings, name: key.name };
  changes.put(env.organization.world.keys, arn, made);
  return made;
};

/** What AWS answers to the call of an access; `undefined` if the simulator does not know the call. */
async function ask(name: AccessName): Promise<'allowed' | 'refused' | undefined> {
  const call = Object.entries(workingCalls).find(([each]) => each === name)?.[1];
  return call === undefined ? undefined : askAws(call, env);
}

describe.each(contentKeyCases)('an access to $title', ({ name, actions, grant, principal, managed }) => {
  const { encrypt, denyReading } = keysOfResources[name];
  const policyOf = (statement: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${keysOfResources[name].accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
        {
          Sid: 'Content',
          Effect: 'Allow',
          Principal: principal(env.id),
          Action: actions,
          Resource: '*',
          ...statement,
        },
      ],
    });
  const getLacking = () => policyOf({ Principal: { AWS: 'arn:aws:iam::999988887777:root' } });

  /** The role of the application may use every key, so that the policy of the key decides. */
  const allowRole = () => {
    const role = env.organization.world.roles.get(`arn:aws:iam::${env.id}:role/app/Web`);
    if (role === undefined) throw new Error('There is no role');
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
    });
    changes.put(role.inlinePolicies, 'keys', text);
    const permissions = JSON.parse(role.permissions ?? '{}');
    const Statement = [...permissions.Statement, ...JSON.parse(text).Statement];
    changes.set(role, 'permissions', JSON.stringify({ ...permissions, Statement }));
  };

  const expectStatus = async (status: string, reason?: RegExp) => {
    const result = resultOf(await check(), name);
    expect(result?.status).toBe(status);
    if (reason === undefined) expect(result?.reason).toBeUndefined();
    else expect(result?.reason).toMatch(reason);
    const answer = await ask(name);
    if (answer !== undefined && status !== 'unknown')
      expect(answer).toBe(status === 'verified' ? 'allowed' : 'refused');
  };

  it("verifies an access when the key's policy allows it", async () => {
    encrypt(env, changes, addKey({ name, policy: policyOf({}) }).arn);
    allowRole();

    await expectStatus('verified');
  });

  it("denies an access when the key's policy lacks the statement", async () => {
    const key = addKey({ name, policy: getLacking() });
    encrypt(env, changes, key.arn);
    allowRole();

    await expectStatus(
      'denied',
      new RegExp(`the key ${key.arn} encrypts it: .*the preset ${grant} allows it`),
    );
  });

  it('denies an access when a statement of the key denies it', async () => {
    const policy = JSON.parse(policyOf({}));
    policy.Statement.push({
      ...policy.Statement[1],
      Sid: 'Frozen',
      Effect: 'Deny',
      Principal: '*',
      Action: actions[0],
    });
    encrypt(env, changes, addKey({ name, policy: JSON.stringify(policy) }).arn);
    allowRole();

    await expectStatus('denied', /encrypts it: statement Frozen of KMS key policy .* denies it/);
  });

  it('denies an access when its key is disabled', async () => {
    encrypt(env, changes, addKey({ name, policy: policyOf({}), state: 'Disabled' }).arn);
    allowRole();

    await expectStatus('denied', /is in the state Disabled/);
  });

  it('denies an access when its key does not exist', async () => {
    const key = addKey({ name });
    encrypt(env, changes, key.arn);
    changes.remove(env.organization.world.keys, key.arn);

    await expectStatus('denied', /does not exist/);
  });

  it('denies an access, and states the next step, when AWS manages its key', async () => {
    if (managed === undefined)
      encrypt(env, changes, addKey({ name, manager: 'AWS', policy: policyOf({}) }).arn);
    else encrypt(env, changes, managed.keyId);

    const result = resultOf(await check(), name);

    expect(result?.status).toBe('denied');
    expect(result?.reason).toMatch(
      /which AWS manages, so no other account can use it\. Encrypt it with a customer managed key/,
    );
    if (managed !== undefined) expect(await ask(name)).not.toBe('allowed');
  });

  it.each(denyReading)('calls an access unknown, and states why, when AWS denies %s', async (action) => {
    encrypt(env, changes, addKey({ name, policy: policyOf({}) }).arn);
    allowRole();
    const { accountId } = keysOfResources[name];
    const spoke = env.organization.world.roles.get(`arn:aws:iam::${accountId}:role/account-onboarding/spoke`);
    if (spoke === undefined) throw new Error('There is no spoke role');
    const document = JSON.parse(spoke.permissions ?? '{}');
    document.Statement.push({ Effect: 'Deny', Action: action, Resource: '*' });
    changes.set(spoke, 'permissions', JSON.stringify(document));

    const checked = await check();

    const result = resultOf(checked, name);
    expect(result).toMatchObject({
      status: 'unknown',
      keys: ['key'],
      reason: expect.stringContaining('denied'),
    });
    expect(checked.readiness?.ready).toBe('unproven');
  });
});

describe('a resource that no key of KMS encrypts', () => {
  it.each(['revisions', 'config', 'launch'] as const)(
    'reads no key when it verifies access to %s, which no KMS key encrypts',
    async (name) => {
      env.organization.resetCalls();

      const checked = await check();

      expect(resultOf(checked, name)?.status).toBe('verified');
      const { id } = keysOfResources[name];
      const calls = env.organization.calls.filter(({ target }) => target?.includes(id));
      expect(calls.map(({ operation }) => operation)).not.toContain('DescribeKey');
    },
  );
});

it('calls an access unknown when a bucket names its key by an alias', async () => {
  keysOfResources.revisions.encrypt(env, changes, 'alias/revisions');

  expect(resultOf(await check(), 'revisions')).toMatchObject({
    status: 'unknown',
    reason: expect.stringMatching(/alias\/revisions, which S3 looks up in each caller's account/),
  });
});

it('calls an access unknown when the key is in an account that is no central account', async () => {
  const arn = 'arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  keysOfResources.secret.encrypt(env, changes, arn);

  expect(resultOf(await check(), 'secret')).toMatchObject({
    status: 'unknown',
    reason: expect.stringMatching(/account 999988887777 is no central account/),
  });
});

it("verifies an access when a KMS grant allows the key's use and the key policy does not", async () => {
  const key = addKey({ name: 'secret' });
  keysOfResources.secret.encrypt(env, changes, key.arn);
  changes.put(env.organization.world.grants, key.arn, [
    {
      id: 'grant-1',
      name: 'reader',
      grantee: `arn:aws:iam::${env.id}:role/app/Web`,
      operations: ['Decrypt'],
      constraints: undefined,
    },
  ]);

  expect(resultOf(await check(), 'secret')?.status).toBe('verified');
});

it('reads each key and each resource once when several accesses need them', async () => {
  keysOfResources.revisions.encrypt(env, changes, getSecretKey(env));
  env.organization.resetCalls();

  await check();

  const names = env.organization.calls.map(({ operation }) => operation);
  const count = (name: string) => names.filter((each) => each === name).length;
  expect([count('DescribeSecret'), count('DescribeKey')]).toEqual([1, 1]);
  expect(count('GetBucketEncryption')).toBe(2);
});
