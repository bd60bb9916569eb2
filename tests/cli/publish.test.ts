import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import { createAwsError } from '../../simulator/aws-error.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import {
  deployedTo,
  environmentOf,
  publish,
  settingsFile,
  shopOf,
  versionsOf,
  writeFile,
} from '../fixtures/publish-command.ts';
import { objectOf, run } from '../fixtures/screen.ts';

const alarm = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-errors';

/** Does something before or after the first call of an operation. */
const onFirst =
  (wanted: string, when: 'before' | 'after', act: (organization: SimulatedOrganization) => void) =>
  (organization: SimulatedOrganization): void => {
    let done = false;
    organization.intercept(async ({ operation }, proceed) => {
      const isFirst = operation === wanted && !done;
      if (isFirst) done = true;
      if (isFirst && when === 'before') act(organization);
      const answer = await proceed();
      if (isFirst && when === 'after') act(organization);
      return answer;
    });
  };

/** A deployment of another version that runs in an environment. */
function startAnother(organization: SimulatedOrganization, name: string): void {
  const shop = shopOf(organization);
  const [profile] = shop.profiles.values();
  const strategy = organization.world.appConfig.strategies.get('AppConfig.AllAtOnce');
  if (profile === undefined || strategy === undefined) throw new Error('The shop is incomplete');
  const { deployments } = environmentOf(shop, name);
  deployments.push({
    number: deployments.length + 1,
    profile,
    version: '41',
    strategy,
    description: undefined,
    tags: {},
    kmsKeyArn: undefined,
    content: { content: '{}', contentType: 'application/json' },
    startedAt: organization.world.settings.clock.now(),
    undone: undefined,
  });
}

it('creates one version and deploys it to each environment in turn', async () => {
  const { code, stdout, stderr, application, organization } = await publish();

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^Version 1 of settings, application shop {2}configuration \(123456789012\), eu-west-1$/m,
  );
  expect(stdout).toMatch(/^published: 2 of 2 deployments complete$/m);
  expect(versionsOf(application)).toEqual([
    { content: readFileSync(settingsFile, 'utf8'), contentType: 'application/json' },
  ]);
  const [test, production] = ['test', 'production'].map((name) => environmentOf(application, name));
  expect([deployedTo(application, 'test'), deployedTo(application, 'production')]).toEqual([['1'], ['1']]);
  const bake = 10 * 60_000;
  expect(production?.deployments[0]?.startedAt).toBeGreaterThanOrEqual(
    (test?.deployments[0]?.startedAt ?? 0) + bake,
  );
  expect(organization.calls.every(({ region }) => region === 'eu-west-1')).toBe(true);
});

it('deploys only to the named environments, with a label and a strategy', async () => {
  const more = [
    '--environment',
    'test',
    '--label',
    'v1',
    '--strategy',
    'AppConfig.Linear20PercentEvery6Minutes',
  ];
  const screen = await publish([...more, '--json']);

  expect(objectOf(screen)).toEqual({
    status: 'complete',
    application: 'shop',
    profile: 'settings',
    accountId: '123456789012',
    region: 'eu-west-1',
    version: '1',
    label: 'v1',
    deployments: [
      { environment: 'test', deployment: 1, status: 'complete', reason: 'Every reader gets the version' },
    ],
  });
  expect(versionsOf(screen.application)).toMatchObject([{ label: 'v1' }]);
  expect(environmentOf(screen.application, 'test').deployments[0]?.strategy.durationMinutes).toBe(30);
  expect(deployedTo(screen.application, 'production')).toEqual([]);
});

describe('a file that cannot be published', () => {
  const refuse = (file: string, more: readonly string[] = []) =>
    run([
      ...['publish', file, '-c', 'examples/applications/onboarding.yml', '--simulate'],
      ...['--application', 'shop', '--profile', 'settings', ...more],
    ]);

  it('says that nothing was created when the file does not exist', async () => {
    const { code, stderr } = await refuse('nowhere.json');
    expect(code).toBe(64);
    expect(stderr).toMatch(/nowhere\.json cannot be read \(ENOENT\)\. Nothing was created/);
  });

  it.each([
    ['is empty', '', /the file is empty/],
    ['is no JSON', 'currency: EUR', /it must be JSON, because the profile has a JSON Schema/],
    ['lacks a field', '{"currency": "EUR"}', /\/ must have required property 'itemsPerPage'/],
    [
      'has a field too many',
      '{"currency": "EUR", "itemsPerPage": 1, "extra": "planted"}',
      /must NOT have additional properties: extra/,
    ],
  ])(
    'names the schema violation without its value when the published file %s',
    async (_, content, problem) => {
      const { code, stderr } = await refuse(writeFile('settings.json', content));
      expect(code).toBe(65);
      expect(stderr).toMatch(/was not published, and nothing was created:/);
      expect(stderr).toMatch(problem);
      expect(stderr).not.toContain('planted');
    },
  );

  it('prints the size of the file when AppConfig does not accept it', async () => {
    const padded = `{"currency": "EUR", "itemsPerPage": 24${' '.repeat(1_100_000)}}`;
    const { code, stderr, application } = await publish([], { file: writeFile('settings.json', padded) });
    expect(code).toBe(65);
    expect(stderr).toMatch(/PayloadTooLargeException.*Nothing was created\. The file has 1100039 bytes/);
    expect(versionsOf(application)).toEqual([]);
  });

  it.each([
    [['--application', 'shopp'], /--application shopp: the configuration has shop/],
    [['--profile', 'setting'], /--profile setting: the configuration has settings, database/],
    [['--profile', 'database'], /its content is the secret shop\/database/],
    [['--environment', 'prod'], /--environment prod: the configuration has test, production/],
    [['--label', '12'], /--label 12: must have 1 to 64 characters, and one that is no digit/],
  ])('names what the configuration has when publish gets %j', async (more, problem) => {
    const { code, stderr } = await refuse(settingsFile, more);
    expect(code).toBe(64);
    expect(stderr).toMatch(problem);
  });
});

describe('a deployment that cannot go its way', () => {
  it('creates no version when another deployment of an environment is in progress', async () => {
    const { code, stderr, application } = await publish([], {
      prepare: (organization) => startAnother(organization, 'production'),
    });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Environment production is busy: its deployment 1, of version 41 of settings, is BAKING\. Nothing was created/,
    );
    expect(versionsOf(application)).toEqual([]);
    expect(deployedTo(application, 'test')).toEqual([]);
  });

  it('names the created version when another deployment starts before its own', async () => {
    const { code, stdout, application } = await publish([], {
      prepare: onFirst('StartDeployment', 'before', (organization) => startAnother(organization, 'test')),
    });

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ refused +test +not started +AppConfig did not start .* version 1 \(ConflictException/,
    );
    expect(stdout).toMatch(/! not-started +production/);
    expect(stdout).toMatch(/^failed: 0 of 2 deployments complete\. Version 1 stays in AppConfig/m);
    expect(deployedTo(application, 'production')).toEqual([]);
  });

  it('stops at the environment whose alarm rolls the deployment back', async () => {
    const { code, stdout, application } = await publish(['--environment', 'production', 'test'], {
      prepare: onFirst('StartDeployment', 'after', ({ world }) => raiseAlarm(world, alarm)),
    });

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ rolled-back +production +deployment 1 +It was rolled back by a CloudWatch alarm of the environment\. Readers get the previous version/,
    );
    expect([deployedTo(application, 'production'), deployedTo(application, 'test')]).toEqual([[], []]);
  });

  it('follows the deployment when the answer to its start was lost', async () => {
    const screen = await publish(['--environment', 'test', '--json'], {
      prepare: (organization) => {
        organization.intercept(async ({ operation }, proceed) => {
          const answer = await proceed();
          if (operation !== 'StartDeployment') return answer;
          throw createAwsError('InternalServerException', 'The answer was lost', 500);
        });
      },
    });

    expect(objectOf(screen)).toMatchObject({ status: 'complete', deployments: [{ deployment: 1 }] });
    expect(deployedTo(screen.application, 'test')).toEqual(['1']);
  });

  it('says how to follow and to stop the deployment when its state cannot be read', async () => {
    const { code, stdout, application } = await publish(['--environment', 'test'], {
      prepare: (organization) => {
        organization.intercept(async ({ operation }, proceed) => {
          if (operation === 'GetDeployment') throw createAwsError('AccessDeniedException', 'No', 403);
          return proceed();
        });
      },
    });

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ unknown +test +deployment 1 +Its state cannot be read \(AccessDeniedException: No\)\. The deployment was not stopped\. Follow it: aws appconfig get-deployment --application-id \w+ --environment-id \w+ --deployment-number 1/,
    );
    expect(deployedTo(application, 'test')).toEqual(['1']);
  });

  it('refuses a label that another version has', async () => {
    const { code, stderr, application } = await publish(['--label', 'v1'], {
      prepare: (organization) => {
        versionsOf(shopOf(organization)).push({
          content: '{}',
          contentType: 'application/json',
          label: 'v1',
        });
      },
    });

    expect(code).toBe(64);
    expect(stderr).toMatch(/ConflictException.*Nothing was created\. .* choose another --label/);
    expect(versionsOf(application)).toHaveLength(1);
  });
});

describe('Ctrl-C', () => {
  /** Presses it before the first call of an operation. */
  async function pressAt(operation: string, more: readonly string[] = []) {
    let press = () => {};
    return publish(more, {
      io: {
        onInterrupt: (listener) => {
          press = listener;
          return () => {};
        },
      },
      prepare: onFirst(operation, 'before', () => press()),
    });
  }

  it('creates no version when Ctrl-C comes before the version exists', async () => {
    const { code, stdout, application } = await pressAt('ListDeployments');

    expect(code).toBe(130);
    expect(stdout).toMatch(/^interrupted: nothing was created$/m);
    expect(versionsOf(application)).toEqual([]);
  });

  it('leaves a started deployment running, and starts no other one, when Ctrl-C comes later', async () => {
    const { code, stdout, stderr, application } = await pressAt('GetDeployment');

    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted: no further deployment is started/);
    expect(stdout).toMatch(
      /! interrupted +test +deployment 1 +It is BAKING, 100 %\. The deployment was not stopped/,
    );
    expect(stdout).toMatch(/! not-started +production/);
    expect([deployedTo(application, 'test'), deployedTo(application, 'production')]).toEqual([['1'], []]);
  });
});
