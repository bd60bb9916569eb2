import { expect, test } from '@jest/globals';
import { createEnv } from '../fixtures/test-env.ts';

test("ignores the machine's AWS settings in clients of a simulated organization", async () => {
  process.env.AWS_USE_FIPS_ENDPOINT = 'true';
  const { services } = await createEnv();

  expect(await services.hub.sns.config.useFipsEndpoint()).toBe(false);
});
