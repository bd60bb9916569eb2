import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { configurationFiles, loadCentralAccounts } from '../fixtures/central-accounts.ts';
import { objectOf, run, runOnTerminal, type Screen } from '../fixtures/screen.ts';

/** The demo takes seconds, so the tests of what it prints share one. */
let printed: Screen;

beforeAll(async () => {
  printed = await run(['demo']);
});

test('prints the expected results at the end of the demo', async () => {
  const screen = await run(['demo', '--json']);

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen)).toMatchObject({
    status: 'succeeded',
    allowed: { of: 20, before: 0, onboarded: 20, closed: 0 },
    verified: 20,
    brokenTrust: { role: 'deploy/Runner', accesses: 3, denied: 3 },
    mentionedAfterClosing: 0,
    runs: [
      { event: 'CreateAccountResult', written: 6 },
      { event: 'MoveAccount', written: 10 },
      { event: 'CloseAccountResult', written: 13 },
      { event: 'CreateAccountResult', written: 0, writes: 0 },
    ],
  });
});

test('fits every line of the demo into 100 columns', async () => {
  const { code, stdout } = await runOnTerminal(['demo'], { env: { NO_COLOR: '1' } });
  const lines = stripVTControlCharacters(stdout).split(/[\r\n]/);

  expect(code).toBe(0);
  expect(lines.filter(({ length }) => length > 100)).toEqual([]);
  expect(stdout).toMatch(/✓ +– +verified +the account +let CloudTrail write logs to s3:/);
  expect(stdout).toMatch(/✓ +✓ +verified +Role deploy\/Runner +decrypt with key/);
});

test('waits in the demo until the member roles arrive, and prints ready when both halves are proven', async () => {
  const { stdout } = printed;

  expect(stdout).toMatch(
    /… Verify access +4 of 8 accesses verified, 4 pending, waiting for member roles\n +✓ Verify access +8 accesses/,
  );
  expect(stdout).toMatch(/… Verify access +15 of 20 .*\n +✓ Verify access +20 accesses verified/);
  expect(stdout).toMatch(
    /Not ready: 17 of 20 accesses verified, 3 denied\n +denied \(3\): nobody can work as .*Runner/,
  );
});

test('prints unproven, and never ready, in the demo when no member role is described', async () => {
  const { code, stdout } = await run(['demo', '--config', configurationFiles.nine]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/Unproven: \d+ of \d+ accesses verified, \d+ central only/);
  expect(stdout).toMatch(/central only: the configuration does not describe the role/);
  expect(stdout).not.toMatch(/\bready\b/i);
});

test.each([
  ['tests/fixtures/configurations/member-roles.yml', 'app/Web'],
  ['examples/codedeploy/onboarding.yml', 'deploy/Deployer'],
])('proves both halves of every access in the demo of %s, such as %s', async (file, role) => {
  const { stdout } = await run(['demo', '--config', file, '--json']);

  expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', brokenTrust: { role } });
});

test('runs the demo with a configuration of the user', async () => {
  const { code } = await run(['demo', '--config', 'tests/deployment/least.yml']);

  expect(code).toBe(0);
});

test('prints each central account of the configuration when the demo updates it', async () => {
  const { code, stdout } = await run(['demo', '--config', configurationFiles.nine]);

  expect(code).toBe(0);
  const updated = [...stdout.matchAll(/Update (\S+) account /g)].map(([, name]) => name);
  expect(new Set(updated)).toEqual(new Set(Object.keys((await loadCentralAccounts('nine')).centralAccounts)));
});

test('refuses the rotation demo when the configuration has no shared account', async () => {
  const { code, stderr } = await run(['demo', 'rotation', '--config', configurationFiles.two]);

  expect(code).toBe(64);
  expect(stderr).toContain('needs a central account with the name shared. Add it to centralAccounts');
});

test('prints the expected results in the rotation demo', async () => {
  const screen = await run(['demo', 'rotation', '--json']);

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen)).toMatchObject({
    status: 'succeeded',
    runs: [
      { started: 1, letIn: true },
      { started: 1, letIn: true, waitedMinutes: 10 },
      { started: 0, letIn: true },
    ],
  });
});
