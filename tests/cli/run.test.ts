import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import {
  exampleConfiguration,
  objectOf,
  run,
  runOnTerminal,
  type Screen,
  standardInput,
} from '../fixtures/screen.ts';

const simulate = ['run', '--simulate', '--config', exampleConfiguration, '--event'];

const input = (name: string): string => `tests/fixtures/inputs/${name}.json`;
const event = (name: string): string => `tests/fixtures/events/${name}.json`;

const runJson = (file: string, io: Partial<Io> = {}): Promise<Screen> =>
  run([...simulate, file, '--json'], io);

const fixtures = (folder: string): readonly string[] =>
  readdirSync(`tests/fixtures/${folder}`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''));

/** How many resources an event of each kind writes; the others start nothing. */
const writing: Readonly<Record<string, number>> = {
  'account-departed-organization-unconfirmed': 13,
  'account-joined-organization-unconfirmed': 6,
  'close-account-result': 13,
  'create-account-result': 6,
  'create-account-result-govcloud-unconfirmed': 6,
  'create-managed-account': 13,
  'leave-organization': 13,
  'move-account': 10,
  'remove-account-from-organization': 13,
  'tag-resource-account': 0,
  'untag-resource-account': 0,
  'update-managed-account': 13,
};

interface Resource {
  readonly kind: string;
  readonly id: string;
  readonly outcome: string;
  readonly size?: number;
  readonly limit?: number;
  readonly error?: { readonly name: string };
}

const resourcesOf = (screen: Screen): readonly Resource[] =>
  (objectOf(screen) as { resources: readonly Resource[] }).resources;

const written = (screen: Screen): number =>
  resourcesOf(screen).filter(({ outcome }) => outcome === 'written').length;

describe('run --simulate', () => {
  test.each(fixtures('events'))('completes the simulated run of the event %s', async (name) => {
    const screen = await runJson(event(name));
    const expected = writing[name];

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status: expected === undefined ? 'ignored' : 'succeeded',
      unresolved: [],
    });
    expect(written(screen)).toBe(expected ?? 0);
  });

  test.each(fixtures('inputs').filter((name) => !name.startsWith('malformed')))(
    'completes the simulated run of the input %s',
    async (name) => {
      const screen = await runJson(input(name));

      expect(screen.code).toBe(0);
      expect(objectOf(screen)).toMatchObject({ status: 'succeeded', cause: 'manual' });
      expect(written(screen)).toBe(13);
    },
  );

  test.each(fixtures('inputs').filter((name) => name.startsWith('malformed')))(
    'refuses a simulated run with the input %s',
    async (name) => {
      const screen = await runJson(input(name));

      expect(screen.code).toBe(65);
      expect(objectOf(screen)).toMatchObject({ status: 'failed', error: { name: 'MalformedEventError' } });
      expect(screen.stderr).toContain('cannot be understood:\n  ');
    },
  );

  test('prints why an event is ignored', async () => {
    expect(objectOf(await runJson(event('close-account-request')))).toMatchObject({
      status: 'ignored',
      reason: 'only the request to close an account: CloseAccountResult says how it ended',
    });
  });

  test('prints all steps of a run as one JSON object', async () => {
    const screen = await run([...simulate, input('account-ids'), '--json', '--name', 'by-hand']);

    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      runId: 'by-hand',
      accountId: '888899990000',
      accountIds: ['888899990000', '555566667777', '012345678901'],
      calls: { 's3:PutBucketPolicy': 3 },
      durationMs: expect.any(Number),
    });
    expect(resourcesOf(screen)).toContainEqual({
      account: '222222222222',
      region: 'eu-west-1',
      kind: 's3-bucket-policy',
      id: 'example-org-cloudtrail',
      outcome: 'written',
      size: expect.any(Number),
      limit: 20_480,
      unit: 'bytes',
      added: ['012345678901', '555566667777', '888899990000'],
    });
  });

  test('reads the event from standard input when its file name is -', async () => {
    const stdin = standardInput(readFileSync(input('account-id'), 'utf8'));

    expect((await runJson('-', { stdin })).code).toBe(0);
  });
});

describe('a run that fails', () => {
  test('reports a missing bucket as failed and writes the other resources', async () => {
    const screen = await runJson(input('account-id'), {
      prepareWorld: ({ world }) => world.buckets.delete('example-org-config'),
    });

    expect(screen.code).toBe(1);
    expect(objectOf(screen)).toMatchObject({
      status: 'failed',
      unresolved: [expect.stringContaining('example-org-config')],
    });
    expect(resourcesOf(screen)).toContainEqual(
      expect.objectContaining({
        id: 'example-org-config',
        outcome: 'failed',
        error: expect.objectContaining({ name: 'ResourceMissingError' }),
      }),
    );
    expect(written(screen)).toBe(12);
  });

  test('reports an account whose role cannot be assumed, and writes in all other accounts', async () => {
    const screen = await runJson(input('account-id'), {
      prepareWorld: ({ world }) => {
        const arn = 'arn:aws:iam::444444444444:role/account-onboarding/spoke';
        world.roles.delete(arn);
      },
    });

    expect(screen.code).toBe(1);
    expect(resourcesOf(screen).filter(({ error }) => error?.name === 'AccessDeniedError')).toHaveLength(6);
    expect(written(screen)).toBe(7);
  });

  test('reports a closed account when an operator starts a run for it', async () => {
    const screen = await runJson(input('account-id'), {
      prepareWorld: (organization) =>
        organization.addAccount({ id: '555566667777', name: 'closed', state: 'SUSPENDED' }),
    });

    expect(screen.code).toBe(1);
    expect(objectOf(screen)).toMatchObject({
      status: 'failed',
      unresolved: [
        expect.stringMatching(/^AccountNotMemberError: account closed \(555566667777\) is SUSPENDED/),
      ],
    });
  });
});

describe('for people', () => {
  test('prints each step, each difference and the end of a run', async () => {
    const { code, stdout, stderr } = await run([...simulate, event('close-account-result')]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/✓ Register account +[a-z-]+ \(555566667777\) is SUSPENDED/);
    expect(stdout).toContain('- Resource arn:aws:iam::555566667777:role/people/ReadOnly');
    expect(stdout).toMatch(/^succeeded: /m);
    expect(stdout).not.toContain('\x1b');
  });

  test('prints what a run left unresolved', async () => {
    const { code, stdout } = await run([...simulate, input('account-id')], {
      prepareWorld: ({ world }) => world.buckets.delete('example-org-config'),
    });

    expect(code).toBe(1);
    expect(stdout).toMatch(/Unresolved\n {2}- s3-bucket-policy.*example-org-config/);
    expect(stdout).toMatch(/^failed: 1 item unresolved/m);
  });

  test('prints an error once when the state machine catches it', async () => {
    const { stdout } = await run([...simulate, input('account-id')], {
      prepareWorld: (organization) => {
        organization.intercept(async (call, proceed) => {
          if (call.operation !== 'DescribeAccount') return proceed();
          throw Object.assign(new Error('not today'), { name: 'AccessDeniedException' });
        });
      },
    });

    expect(stdout.match(/Register account/g)).toHaveLength(1);
    expect(stdout).toMatch(/✗ Register account +AccessDenied/);
  });

  test('prints why a step is retried', async () => {
    const { stdout } = await run([...simulate, input('account-id')], {
      prepareWorld: (organization) => organization.refusePrincipal('555566667777'),
    });

    expect(stdout).toMatch(/↻ Update shared account +retried after InvalidPrincipalError/);
    expect(stdout).toMatch(/✗ Update shared account +InvalidPrincipalError/);
    expect(stdout).toMatch(/! principal rejected +ECR repository policy +base\/node/);
  });

  test('prints colors and the current step when the output is a terminal', async () => {
    const { stdout } = await runOnTerminal([...simulate, event('move-account')]);

    expect(stdout).toContain('\x1b[32m✓\x1b[39m');
    expect(stdout).toContain('\r\x1b[2K');
  });

  test('prints no colors when NO_COLOR is set', async () => {
    const { stdout } = await runOnTerminal([...simulate, event('move-account')], { env: { NO_COLOR: '1' } });

    expect(stdout.replaceAll('\r\x1b[2K', '')).not.toContain('\x1b');
  });
});
