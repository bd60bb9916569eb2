import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, objectOf, run, type Screen, standardInput } from '../fixtures/screen.ts';

const fixture = (name: string): string => `tests/fixtures/secrets/${name}.json`;
const arn = 'arn:aws:secretsmanager:eu-west-1:444444444444:secret:shop/database-a1B2c3';
const versionId = 'a1b2c3d4-5678-90ab-cdef-111111111111';

const simulate = (file: string, io: Partial<Io> = {}, configuration = exampleConfiguration) =>
  run(['run', '--simulate', '--config', configuration, '--event', file, '--json'], io);

/** With an input of one's own. */
const simulateInput = (input: unknown, io: Partial<Io> = {}, configuration = exampleConfiguration) =>
  simulate('-', { stdin: standardInput(JSON.stringify(input)), ...io }, configuration);

interface Deployment {
  readonly environment: string;
  readonly status: string;
  readonly version: string;
}

const deploymentsOf = (screen: Screen): readonly Deployment[] =>
  (objectOf(screen) as { deployments: readonly Deployment[] }).deployments;

describe('run --simulate deploys', () => {
  test.each([
    ['secret-label-updated', 'rotated'],
    ['rotation-succeeded', 'rotated'],
    ['secret-rotated', 'rotated'],
    ['manual-secret', 'deployment'],
    ['manual-secret-version', 'deployment'],
  ])('deploys the secret of the event %s in a simulated run', async (name, cause) => {
    const screen = await simulate(fixture(name));

    expect({ code: screen.code, stderr: screen.stderr }).toEqual({ code: 0, stderr: '' });
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      cause,
      accountId: '444444444444',
      reason: '1 of 1 deployments complete',
      deployments: [
        {
          account: '444444444444',
          region: 'eu-west-1',
          secret: arn,
          status: 'complete',
          deployment: 1,
          startAttempts: 1,
          retriedStarts: 0,
        },
      ],
      unresolved: [],
      calls: { 'appconfig:StartDeployment': 1 },
      durationMs: expect.any(Number),
    });
  });

  test.each(['secret-label-updated', 'secret-rotated', 'manual-secret-version'])(
    'deploys the exact version that the event %s names',
    async (name) => {
      expect(deploymentsOf(await simulate(fixture(name)))).toMatchObject([{ version: versionId }]);
    },
  );

  test('deploys a hosted version to all environments of the application', async () => {
    const screen = await simulate(fixture('manual-hosted'));

    expect(screen.code).toBe(0);
    expect(deploymentsOf(screen)).toEqual(
      [1, 2].map(() => ({
        account: '123456789012',
        region: 'eu-west-1',
        application: 'abc1234',
        environment: expect.any(String),
        profile: 'jkl1234',
        version: '3',
        status: 'complete',
        deployment: 1,
        startAttempts: 1,
        retriedStarts: 0,
        reason: 'Deployment 1 is complete',
      })),
    );
  });

  test('deploys a hosted version of another account to the named environment', async () => {
    const screen = await simulate(fixture('manual-hosted-elsewhere'));

    expect(screen.code).toBe(0);
    expect(deploymentsOf(screen)).toMatchObject([
      { account: '444444444444', environment: 'def1234', status: 'complete' },
    ]);
  });
});

describe('run --simulate with targets in the configuration', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'targets-'));
    file = join(folder, 'onboarding.yml');
    const target = { account: 'shared', application: 'abc1234', profile: 'jkl1234', secret: 'shop/database' };
    const targets = [{ ...target, environments: ['def1234', 'ghi1234'], strategy: 'fast123' }];
    const text = await readFile(exampleConfiguration, 'utf8');
    await writeFile(file, `${text}\nsecretDeployment: ${JSON.stringify({ targets })}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    ['an event of the secret', undefined],
    ['the name of the secret', { secretId: 'shop/database' }],
    ['a scheduled check', { resumePending: true }],
  ])('deploys to the configured targets by %s', async (_, input) => {
    const screen =
      input === undefined
        ? await simulate(fixture('secret-label-updated'), {}, file)
        : await simulateInput(input, {}, file);

    expect(screen.code).toBe(0);
    expect(deploymentsOf(screen).map(({ environment, status }) => [environment, status])).toEqual([
      ['def1234', 'complete'],
      ['ghi1234', 'complete'],
    ]);
  });

  test('deploys to one target when another fails, and reports the failed target as unresolved', async () => {
    const prepareWorld = (organization: SimulatedOrganization) =>
      organization.intercept(async (call, proceed) => {
        const { EnvironmentId } = call.input as { readonly EnvironmentId?: string };
        if (call.operation !== 'StartDeployment' || EnvironmentId !== 'ghi1234') return proceed();
        throw Object.assign(new Error('not today'), { name: 'BadRequestException' });
      });

    const screen = await simulate(fixture('secret-label-updated'), { prepareWorld }, file);

    expect(screen.code).toBe(1);
    expect(objectOf(screen)).toMatchObject({
      status: 'failed',
      unresolved: [
        expect.stringMatching(/environment ghi1234: failed: AppConfig rejected the deployment of/),
      ],
    });
    expect(deploymentsOf(screen)).toMatchObject([
      { environment: 'def1234', status: 'complete' },
      { environment: 'ghi1234', status: 'failed', error: { name: 'DeploymentRefusedError' } },
    ]);
  });
});

describe('what deploys nothing', () => {
  test('reports a failed rotation and exits with 1', async () => {
    const screen = await simulate(fixture('rotation-failed'));

    expect(screen.code).toBe(1);
    expect(objectOf(screen)).toMatchObject({
      status: 'failed',
      cause: 'rotation-failed',
      unresolved: [expect.stringContaining('Secrets Manager could not rotate it')],
      deployments: [],
    });
  });

  test.each([
    ['rotation-started', 'ignored', /RotationStarted .* deploys nothing/],
    ['secret-label-updated-other-label', 'ignored', /the label canary has moved/],
    ['resume-pending', 'ignored', /^No deployment is pending/],
    ['rotation-succeeded-other-account', 'succeeded', /^Nothing to deploy/],
  ])('exits the simulated run of %s with 0 and the status %s', async (name, status, reason) => {
    const screen = await simulate(fixture(name));

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status,
      reason: expect.stringMatching(reason),
      deployments: [],
    });
  });

  test.each(['malformed-secret', 'malformed-application', 'malformed-resume-pending', 'malformed-label'])(
    'exits the simulated run of %s with 65',
    async (name) => {
      const screen = await simulate(fixture(name));

      expect(screen.code).toBe(65);
      expect(objectOf(screen)).toMatchObject({ status: 'failed', error: { name: 'MalformedEventError' } });
    },
  );

  test('reads the creation of a secret as a resource event', async () => {
    const event = {
      source: 'aws.secretsmanager',
      'detail-type': 'AWS API Call via CloudTrail',
      account: '444444444444',
      region: 'eu-west-1',
      detail: { eventName: 'CreateSecret' },
    };

    const screen = await simulateInput(event);

    expect(objectOf(screen)).toMatchObject({ reason: expect.stringMatching(/pattern/), resources: [] });
    expect(objectOf(screen)).not.toHaveProperty('deployments');
  });
});

test("prints each step, each environment and the end of a deployment, without the secret's value", async () => {
  const { code, stdout, stderr } = await run(
    ['run', '--simulate', '--config', exampleConfiguration, '--event', fixture('secret-label-updated')],
    {
      prepareWorld: ({ world }) => {
        for (const { versions } of world.secrets.values())
          for (const version of versions.values()) Object.assign(version, { value: '{"planted":"7f3a9c"}' });
      },
    },
  );

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Run local-\S+: secret arn:aws:secretsmanager:\S+ \(rotated\)$/m);
  expect(stdout).toMatch(/✓ Resolve deployment +1 deployment$/m);
  expect(
    stdout.match(/… Advance deployment +environment \w+: another deployment runs, waiting$/gm),
  ).toHaveLength(1);
  expect(stdout).toMatch(/^Shared account 444444444444, eu-west-1$/m);
  expect(stdout).toMatch(new RegExp(`✓ complete +environment \\w+ .*version ${versionId} +deployment 1`));
  expect(stdout).toMatch(/^succeeded: 1 of 1 deployments complete {2}\(.* of which 1 start\)$/m);
  expect(stdout).not.toContain('7f3a9c');
});
