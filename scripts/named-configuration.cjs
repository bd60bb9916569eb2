const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

/**
 * The configuration that `serverless.yml` deploys. There is no default, because a default would deploy the accounts of an
 * example.
 * @returns {{ path: string }}
 */
module.exports = () => {
  const path = process.env.ONBOARDING_CONFIG ?? '';
  if (path === '') throw refusal('ONBOARDING_CONFIG is not set');
  if (!existsSync(resolve(__dirname, '..', path)))
    throw refusal(`ONBOARDING_CONFIG names ${path}, which does not exist`);
  return { path };
};

/** The framework prints the stack in place of the message. */
const refusal = (why) => {
  const message =
    `${why}. Nothing was packaged or deployed. Name your configuration: ` +
    'ONBOARDING_CONFIG=onboarding.yml npx serverless deploy. To package the example: npm run package';
  return Object.assign(new Error(message), { stack: message });
};
