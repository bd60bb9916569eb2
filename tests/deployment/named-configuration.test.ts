import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { deployment, resourcesOf, root } from '../fixtures/deployment/deployment.ts';

const serverless = fileURLToPath(import.meta.resolve('serverless/bin/serverless.js'));

const print = (configuration: Readonly<Record<string, string>>) =>
  spawnSync(process.execPath, [serverless, 'print'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...configuration },
  });

test.each([
  ['is not set', {}, 'ONBOARDING_CONFIG is not set.'],
  ['is empty', { ONBOARDING_CONFIG: '' }, 'ONBOARDING_CONFIG is not set.'],
  [
    'names no file',
    { ONBOARDING_CONFIG: 'my/onboarding.yml' },
    'ONBOARDING_CONFIG names my/onboarding.yml, which does not exist.',
  ],
])('refuses to deploy, and says what to do, when ONBOARDING_CONFIG %s', (_, configuration, message) => {
  const { status, stdout, stderr } = print(configuration);

  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain(message);
  expect(stdout + stderr).toContain('ONBOARDING_CONFIG=onboarding.yml npx serverless deploy');
  // Nothing of the example is printed.
  expect(stdout).not.toContain('222222222222');
});

test('packages the example by `npm run package` when ONBOARDING_CONFIG is not set', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const [assignment] = String(scripts.package).split(' ');
  const { stdout } = spawnSync('sh', ['-c', `${assignment}; echo "$ONBOARDING_CONFIG"`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });

  expect(stdout.trim()).toBe('examples/onboarding.yml');
});

/** Of the configuration's `deployment`. A longer one is a finding of `onboarding validate`. */
const longestDeployment = 16;

// "PutRule", EventBridge API reference: a name has at most 64 characters.
test('keeps the names of rules within the limit of EventBridge when the installation has the longest name', async () => {
  const deployed = await deployment();
  const names = resourcesOf(deployed, 'AWS::Events::Rule').flatMap(
    ([, { Properties }]) => Properties.Name ?? [],
  );

  expect(names.length).toBeGreaterThan(0);
  for (const name of names.map(String)) {
    expect(name).toContain('account-onboarding-example-hub-');
    expect(name.length - 'example'.length + longestDeployment).toBeLessThanOrEqual(64);
  }
});
