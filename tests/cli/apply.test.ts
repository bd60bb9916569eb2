import { describe, expect, test } from '@jest/globals';
import type { InputStream, Io } from '../../cli/terminal.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { applyJson, outcomes, simulate, writesTo } from '../fixtures/apply-command.ts';
import { objectOf, run, standardInput } from '../fixtures/screen.ts';

/** A terminal at which somebody answers. */
function terminal(answer: string): { readonly io: Partial<Io>; readonly shown: () => string } {
  let stdout = '';
  const write = (text: string) => {
    stdout += text;
  };
  const stdin: InputStream = Object.assign(standardInput(answer), { isTTY: true });
  return { io: { stdin, stdout: { isTTY: true, columns: 100, write } }, shown: () => stdout };
}

describe('apply', () => {
  test('prints the plan, makes the changes and reports each result when apply has --yes', async () => {
    const { code, stdout, stderr } = await run(['apply', ...simulate, '--yes']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Plan: 13 resources to change/m);
    expect(stdout).toMatch(/✓ written +S3 bucket policy +example-org-cloudtrail +\d+ % full/);
    expect(stdout).toMatch(/^succeeded: 13 of 13 resources written/m);
  });

  test('prints the result of apply --json as one JSON object like that of a run', async () => {
    const screen = await applyJson(['--yes']);

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      runId: expect.stringMatching(/^apply-/),
      cause: 'apply',
      unresolved: [],
      calls: { 's3:PutBucketPolicy': 3 },
    });
  });

  test("writes all accounts of the account's resources when apply has --account", async () => {
    const screen = await applyJson(['--account', '777777777777', '--yes']);

    expect(objectOf(screen)).toMatchObject({ status: 'succeeded', accountId: '777777777777' });
    expect(outcomes(screen)).toMatchObject({ 'base/node': 'written' });
    expect(outcomes(screen)).not.toHaveProperty('deploy/runner-token');
  });

  test('writes nothing when apply has --account and the access of this account does not change', async () => {
    const written: string[] = [];
    const screen = await applyJson(['--account', '999999999999', '--yes'], {
      prepareWorld: (organization) => {
        organization.addAccount({ id: '999999999999', name: 'closed', state: 'SUSPENDED' });
        writesTo(written)(organization);
      },
    });

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      reason: expect.stringMatching(/^Nothing/),
    });
    expect(written).toEqual([]);
  });

  test('exits with an error when one resource cannot be planned, and writes the other resources', async () => {
    const screen = await applyJson(['--yes'], {
      prepareWorld: ({ world }) => world.buckets.delete('example-org-config'),
    });

    expect(screen.code).toBe(1);
    expect(outcomes(screen)).toMatchObject({
      'example-org-config': 'failed',
      'example-org-cloudtrail': 'written',
    });
    expect(objectOf(screen)).toMatchObject({ unresolved: [expect.stringContaining('ResourceMissingError')] });
  });
});

/** An apply on another machine holds the bucket of the trails, and never releases it. */
const heldByAnother: NonNullable<Io['outsiders']> = async (_, { store, clock }) => {
  const bucket = 's3-bucket-policy/222222222222/eu-west-1/example-org-cloudtrail';
  await store.leases.acquire(bucket, 'apply-1#x', clock.now(), clock.now() + 170_000);
  await store.runs.put({
    runId: 'apply-1',
    status: 'running',
    startedAt: '2026-03-02T09:00:00.000Z',
    accountIds: [],
    startedBy: 'ana@laptop',
  });
};

describe('apply that meets another apply', () => {
  test('prints the holder of the lease while apply waits, and prints nothing besides the object with --json', async () => {
    const screen = await applyJson(['--yes'], { outsiders: heldByAnother });

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({ status: 'succeeded', unresolved: [] });
    expect(screen.stderr).toMatch(
      /^Waiting for run apply-1, started by ana@laptop. It holds s3-bucket-policy\S+ until \S+Z at the latest\n$/,
    );
  });

  test('exits with 130 and lists unresolved resources when Ctrl-C interrupts a waiting apply', async () => {
    let interrupt = (): void => undefined;
    let stderr = '';
    const screen = await applyJson(['--yes'], {
      outsiders: heldByAnother,
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => undefined;
      },
      stderr: {
        write: (text) => {
          stderr += text;
          if (text.startsWith('Waiting')) interrupt();
        },
      },
    });

    expect(screen.code).toBe(130);
    expect(stderr).toContain('Interrupted: finishing the writes that have begun');
    expect(outcomes(screen)).toMatchObject({
      'example-org-cloudtrail': 'busy',
      'example-org-config': 'written',
    });
    expect(objectOf(screen)).toMatchObject({
      status: 'failed',
      unresolved: [expect.stringContaining('cloudtrail')],
    });
  });
});

describe('apply asks', () => {
  test('makes the changes when the operator answers yes', async () => {
    const { io, shown } = terminal('yes\n');
    const { code } = await run(['apply', ...simulate], io);

    expect(code).toBe(0);
    expect(shown()).toContain('Make these changes? Type "yes" to continue: ');
    expect(shown()).toContain('13 of 13 resources written');
  });

  test.each(['no\n', 'y\n', ''])('changes nothing when the operator answers %j', async (answer) => {
    const written: string[] = [];
    const { io, shown } = terminal(answer);
    const { code } = await run(['apply', ...simulate], { ...io, prepareWorld: writesTo(written) });

    expect(code).toBe(2);
    expect(shown()).toContain('Nothing was changed.');
    expect(written).toEqual([]);
  });

  test("detects changes that happen while apply waits for the operator's answer", async () => {
    let organization: SimulatedOrganization | undefined;
    async function* slowly(): AsyncGenerator<string> {
      organization?.world.buckets.delete('example-org-config');
      yield 'yes\n';
    }
    const stdin: InputStream = Object.assign(slowly(), { isTTY: true });
    const { code, stderr } = await run(['apply', ...simulate], {
      ...terminal('').io,
      stdin,
      prepareWorld: (made) => {
        organization = made;
      },
    });

    expect(code).toBe(65);
    expect(stderr).toMatch(/out of date:\n {2}s3-bucket-policy\S+example-org-config was changed/);
  });
});
