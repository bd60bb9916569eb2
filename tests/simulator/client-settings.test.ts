import { expect, test } from '@jest/globals';
import { createEnv } from '../fixtures/test-env.ts';

test('ignores the settings of the machine when a client is of a simulated organization', async () => {
  process.env.AWS_USE_FIPS_ENDPOINT = 'true';
  const { services } = await createEnv();

  expect(await services.hub.sns.config.useFipsEndpoint()).toBe(false);
});
