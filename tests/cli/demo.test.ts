import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import { configurationFiles, loadCentralAccounts } from '../fixtures/central-accounts.ts';
import { objectOf, run, runOnTerminal } from '../fixtures/screen.ts';

test('shows the expected results in the demo', async () => {
  const screen = await run(['demo', '--json']);

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen)).toMatchObject({
    status: 'succeeded',
    allowed: { before: 0, closed: 0 },
    mentionedAfterClosing: 0,
    runs: [
      { event: 'CreateAccountResult', written: 6 },
      { event: 'MoveAccount', written: 10 },
      { event: 'CloseAccountResult', written: 13 },
      { event: 'CreateAccountResult', written: 0, writes: 0 },
    ],
  });
});

test('fits every line of the demo into a hundred columns', async () => {
  const { code, stdout } = await runOnTerminal(['demo'], { env: { NO_COLOR: '1' } });
  const lines = stripVTControlCharacters(stdout).split(/[\r\n]/);

  expect(code).toBe(0);
  expect(lines.filter(({ length }) => length > 100)).toEqual([]);
  expect(stdout).toMatch(/✗ +✓ +– +the account +let CloudTrail write logs to s3:/);
});

test('says unproven, and nowhere ready, when member accounts were not read', async () => {
  const { stdout } = await run(['demo']);

  expect(stdout).toMatch(/Unproven: 4 of 8 accesses verified, 4 central only/);
  expect(stdout).not.toMatch(/\bready\b/i);
});

test('shows the demo with a configuration of the user', async () => {
  const { code } = await run(['demo', '--config', 'tests/deployment/least.yml']);

  expect(code).toBe(0);
});

test('names each central account of the configuration when its update is shown', async () => {
  const { code, stdout } = await run(['demo', '--config', configurationFiles.nine]);

  expect(code).toBe(0);
  const updated = [...stdout.matchAll(/Update (\S+) account /g)].map(([, name]) => name);
  expect(new Set(updated)).toEqual(new Set(Object.keys((await loadCentralAccounts('nine')).centralAccounts)));
});

test('refuses to show a rotation when the configuration has no shared account', async () => {
  const { code, stderr } = await run(['demo', 'rotation', '--config', configurationFiles.two]);

  expect(code).toBe(64);
  expect(stderr).toContain('needs a central account with the name shared. Add it to centralAccounts');
});

test('shows the expected results in the rotation demo', async () => {
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
