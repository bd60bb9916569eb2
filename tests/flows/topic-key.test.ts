import { expect, test } from '@jest/globals';
import { created } from '../fixtures/account-events.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard } from '../fixtures/test-env.ts';

const topic = 'arn:aws:sns:us-east-1:111111111111:account-onboarding';
const key = 'arn:aws:kms:us-east-1:111111111111:key/6789abcd-12ab-34cd-56ef-1234567890ab';

const withKey = { ...small(), notifications: { topic, key } };

test('announces on an encrypted topic when the configuration names its key', async () => {
  const env = await createEnv({ configuration: withKey });

  const { run } = await onboard(env, created(env).event);

  expect(run.announcement?.topic?.status).toBe('announced');
  expect(env.organization.world.messages).toHaveLength(1);
});

test('keeps the announcement pending when the configuration names no key of an encrypted topic', async () => {
  const env = await createEnv({
    configuration: { ...small(), notifications: { topic } },
    prepare: (organization) => {
      const [region, accountId] = ['us-east-1', '111111111111'];
      const keyArn = organization.addKey({ region, accountId, id: key.split('/')[1] ?? '' });
      organization.addTopic({ region, accountId, name: 'account-onboarding', keyArn });
    },
  });

  const ended = onboard(env, created(env).event, { name: 'encrypted' });

  await expect(ended).rejects.toThrow(/record-run kms:GenerateDataKey/);
  expect((await env.store.runs.get('encrypted'))?.announcement?.topic).toMatchObject({
    status: 'pending',
    error: expect.stringMatching(/^KMSAccessDenied.*kms:GenerateDataKey/),
  });
  expect(env.organization.world.messages).toEqual([]);
});
