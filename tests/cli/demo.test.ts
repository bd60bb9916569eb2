import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import { objectOf, run, runOnTerminal } from '../fixtures/screen.ts';

test('the demonstration shows what it promises', async () => {
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

test('every line fits a hundred columns', async () => {
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

test('it can be shown with a configuration of one’s own', async () => {
  const { code } = await run(['demo', '--config', 'tests/deployment/least.yml']);

  expect(code).toBe(0);
});

test('a rotation is shown, and shows what it promises', async () => {
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
