import { expect, it } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { formatGracePeriods } from '../../shared/reconcile/hold-text.ts';
import type { RecordedHold } from '../../shared/store/ports.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const rejecting = (id: string): Partial<Io> => ({
  prepareWorld: (organization) => organization.refusePrincipal(id),
});

const simulate = ['--simulate', '--config', exampleConfiguration];

it('prints the name of a rejected principal beside its id when apply writes without it', async () => {
  const { stdout, code } = await run(['apply', ...simulate, '--yes'], rejecting('777777777777'));

  expect(code).toBe(0);
  expect(stdout).toMatch(/! principal rejected/);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /AWS does not accept [a-z][\w-]+ \(777777777777\) as a principal/,
  );
});

const runFor = ['run', ...simulate, '--event', 'tests/fixtures/inputs/account-id.json'];

it('prints the name of a rejected principal beside its id when a run cannot add it', async () => {
  const { stdout, code } = await run(runFor, rejecting('555566667777'));

  expect(code).toBe(1);
  expect(stdout.split('Unresolved')[0]).not.toContain('AWS does not accept');
  expect(stdout).toContain(
    '- AWS does not accept new-account (555566667777) as a principal. 6 resources are affected:',
  );
});

it('counts resources with a rejected principal when another account is rejected', async () => {
  const { stdout, code } = await run(runFor, rejecting('777777777777'));

  expect(code).toBe(0);
  expect(stdout).toMatch(/✗ Update shared account .*\d with held accounts/);
  expect(stdout).not.toContain('set-aside');
});

const inGrace = (accountId: string, until: string): RecordedHold => ({
  accountId,
  change: 'remove',
  reason: 'grace-period',
  since: until,
  until,
});

it('prints the names of accounts beside their ids when they are in a grace period', () => {
  const accounts = [
    { id: '555566667777', name: 'orders-production', state: 'ACTIVE', parentIds: [], ouPath: '', tags: {} },
  ] as const;

  expect(
    formatGracePeriods(
      [
        inGrace('666677778888', '2026-03-05T09:00:00.000Z'),
        inGrace('555566667777', '2026-03-04T09:00:00.000Z'),
      ],
      accounts,
    ),
  ).toBe(
    '2 accounts keep access for a grace period: orders-production (555566667777) until 2026-03-04 09:00 UTC, ' +
      '666677778888 until 2026-03-05 09:00 UTC',
  );
});

/** Lines of a screen that have the id of an account without its name. */
const listNameless = (screen: string, id: string, name: string): readonly string[] =>
  screen.split('\n').filter((line) => line.includes(id) && !line.includes(name));

const sandbox = '777777777777';

it.each([
  ['plan', ...simulate],
  ['plan', ...simulate, '--account', sandbox],
  ['plan', ...simulate, '--format', 'markdown'],
  ['apply', ...simulate, '--yes'],
  ['apply', ...simulate, '--account', sandbox, '--yes'],
  ['start', ...simulate, '--account', sandbox, '--wait'],
  ['status', ...simulate, '--account', sandbox],
  [
    'explain',
    ...simulate,
    '--principal',
    sandbox,
    '--action',
    's3:GetObject',
    '--resource',
    'arn:aws:s3:::example-org-config/x',
  ],
])('prints the name of an account beside its id when the command is %s %s %s %s %s', async (...argv) => {
  const { stdout } = await run(argv);

  expect(stdout).toContain(sandbox);
  expect(listNameless(stdout, sandbox, 'sandbox-1')).toEqual([]);
});

it('prints the name of a new account beside its id when a run begins and changes policies', async () => {
  const { stdout } = await run(runFor);
  const changes = stdout.split('Ready:')[0] ?? '';

  expect(changes).toContain('Register account              new-account (555566667777) is ACTIVE');
  expect(changes).toContain('widens: + Condition StringEquals aws:SourceAccount 555566667777 (new-account)');
  expect(listNameless(changes, '555566667777', 'new-account')).toEqual([]);
});

it('prints the name of the owner beside its id when who-can names other policies', async () => {
  const { stdout } = await run(['who-can', ...simulate, '--resource', 'arn:aws:s3:::example-org-cloudtrail']);

  expect(stdout).toContain('its own account log (222222222222) may give access');
  expect(stdout).toContain('and 3 more');
  expect(stdout).toContain('--json has every account');
});

it('prints the name that Organizations has in a heading when it is not the name of the central account', async () => {
  const { stdout } = await run(['budget', ...simulate], {
    prepareWorld: ({ world }) => {
      const account = world.accounts.get('222222222222');
      if (account !== undefined) world.accounts.set(account.id, { ...account, name: 'Log Archive' });
    },
  });

  expect(stdout).toMatch(/^Log account Log Archive \(222222222222\)$/m);
  expect(stdout).toMatch(/^Security account 333333333333$/m);
});

it('prints the name of a central account beside its id when validate reads no registry', async () => {
  const { stdout } = await run(['validate', '--config', 'examples/applications/onboarding.yml']);

  expect(stdout).toMatch(/^ {2}shop {2}configuration \(123456789012\) {2}eu-west-1/m);
});
