import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createPendingReport, printPending } from '../../cli/approval-output.ts';
import { type ApproveOptions, answerOf, approve } from '../../cli/commands/approve.ts';
import { getExitCode } from '../../cli/exit-codes.ts';
import { createOutput } from '../../cli/output.ts';
import type { Io } from '../../cli/terminal.ts';
import { created } from '../fixtures/account-events.ts';
import { activeConfiguration } from '../fixtures/active-configuration.ts';
import { answer, approvalOf, approving, untilItWaits } from '../fixtures/approvals.ts';
import { exampleConfiguration, run, standardInput } from '../fixtures/screen.ts';
import { bucket } from '../fixtures/small-configuration.ts';
import { createEnv, named, onboard, otherServices, type TestEnv } from '../fixtures/test-env.ts';

/** The command with the services of a deployed system, at a terminal where somebody types. */
async function approveOn(env: TestEnv, options: ApproveOptions, typed?: string) {
  let stdout = '';
  const stream = {
    isTTY: true,
    columns: 200,
    write: (text: string) => {
      stdout += text;
    },
  };
  const stdin = Object.assign(standardInput(`${typed}\n`), { isTTY: typed !== undefined });
  const io: Io = { stdout: stream, stderr: stream, stdin, env: { NO_COLOR: '1', CI: '1' }, cwd: '.' };
  const session = { io, out: createOutput(io, options.json === true), verbose: false };
  try {
    return { code: await approve(answerOf(options, session), session, otherServices(env)), stdout };
  } catch (error) {
    return { code: getExitCode(error), stdout, error };
  }
}

const everybody = approving({ all: true }, ['bucket']);

describe('onboarding approve', () => {
  let env: TestEnv;
  beforeEach(async () => {
    env = await createEnv({ configuration: everybody });
  });

  test('prints that no request exists when no account waits for approval', async () => {
    expect(await approveOn(env, {})).toEqual({ code: 0, stdout: 'No run waits for approval.\n' });
  });

  test('lists each approval request with the command that approves it, and never its token', async () => {
    const { id, event } = created(env);
    const { request, ended } = await untilItWaits(env, event);

    const { stdout } = await approveOn(env, {});
    const json = await approveOn(env, { json: true });

    expect(stdout).toContain(`onboarding approve --run ${request.runId} --plan ${request.planHash}`);
    expect(stdout).toContain(`AWSLogs/${id}/*`);
    expect(JSON.parse(json.stdout)).toMatchObject({ open: [{ runId: request.runId, accountIds: [id] }] });
    expect(stdout + json.stdout).not.toContain(request.token);
    await answer(env, request, { verdict: 'rejected' });
    await ended;
  });

  test('asks before it approves, accepts only yes, and names the first decision when it runs again', async () => {
    const { id, event } = created(env);
    const { request, ended } = await untilItWaits(env, event);
    const options = { run: request.runId, plan: request.planHash, by: 'an operator' };

    const refused = await approveOn(env, options, 'y');
    const waits = await approvalOf(env, id);
    const approved = await approveOn(env, options, 'yes');
    await ended;
    const again = await approveOn(env, { ...options, by: 'another', yes: true });

    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining('Nothing was changed.') });
    expect(waits).toBeDefined();
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringMatching(`account ${id} is approved`) });
    expect(named(env)[bucket]).toContain(id);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Already approved by an operator at'),
    });
  });

  test('refuses a wrong hash, a wrong run, a late approval and an incomplete command, each with its exit code', async () => {
    const { request, ended } = await untilItWaits(env, created(env).event);
    const right = { run: request.runId, plan: request.planHash, yes: true };

    expect(await approveOn(env, { ...right, plan: '0'.repeat(64) })).toMatchObject({
      code: 65,
      error: { name: 'StalePlanError' },
    });
    expect(await approveOn(env, { ...right, run: 'no-such-run' })).toMatchObject({
      code: 65,
      error: { name: 'ApprovalClosedError' },
    });
    expect((await approveOn(env, { run: request.runId, yes: true })).code).toBe(64);
    expect((await approveOn(env, { ...right, reject: true })).code).toBe(64);
    expect((await approveOn(env, { run: request.runId, plan: request.planHash })).code).toBe(64);
    env.clock.advance(48 * 3_600_000);
    expect(await approveOn(env, right)).toMatchObject({ code: 65, error: { name: 'ApprovalClosedError' } });
    env.organization.world.tasks.timeOut();
    await ended;
  });

  test('says that the run fails when a request is rejected, and lists no expired requests', async () => {
    const rejected = await untilItWaits(env, created(env).event);
    const late = await untilItWaits(env, created(env).event);
    const { runId: run, planHash: plan } = rejected.request;

    const { stdout } = await approveOn(env, { run, plan, reject: true, reason: 'not ours', yes: true });
    env.clock.advance(48 * 3_600_000);
    const listed = await approveOn(env, {});

    expect(stdout).toContain(`run ${run} ends as failed`);
    expect(stdout).not.toContain('goes on');
    expect(listed.stdout).toBe('No run waits for approval.\n');
    env.organization.world.tasks.timeOut();
    await Promise.all([rejected.ended, late.ended]);
  });

  test('ends a local run at the approval request, and gives access in the next run after the approval', async () => {
    const { id, event } = created(env);
    const local = await onboard(env, event, { name: 'local' });
    const request = await env.store.approvals.get('local');

    const { stdout } = await approveOn(env, { run: 'local', plan: request?.planHash ?? '', yes: true });
    const next = await onboard(env, { accountId: id });

    expect(local).toMatchObject({ status: 'WAITING', run: { status: 'waiting-for-approval' } });
    expect(stdout).toContain('No execution waits for this approval');
    expect(await env.store.runs.get('local')).toMatchObject({
      status: 'failed',
      unresolved: [expect.stringContaining('Run it again')],
    });
    expect(next.run.status).toBe('succeeded');
    expect(named(env)[bucket]).toContain(id);
  });
});

test('prints in plan --account why an account waits for approval', async () => {
  const env = await createEnv({ configuration: everybody });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  const { configuration, services } = env;
  const active = activeConfiguration(configuration, request.configurationHash);
  let stdout = '';
  const stream = { write: (text: string) => (stdout += text) };
  const io: Io = { stdout: stream, stderr: stream, stdin: standardInput(''), env: {}, cwd: '.' };

  const pending = await createPendingReport(services, active, id);
  if (pending !== undefined) printPending(createOutput(io, false), pending);

  expect(pending).toMatchObject({ planHash: request.planHash, difference: request.difference });
  expect(stdout).toContain(`Waits for approval since ${pending?.since}: account-7 (${id}) in`);
  expect(stdout).toContain(`AWSLogs/${id}/*`);
  expect(await createPendingReport(services, active, '111111111111')).toBeUndefined();
  await answer(env, request, { verdict: 'rejected' });
  await ended;
});

test('exits with 2 when run --simulate needs an approval, and shows what the approval would grant', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'onboarding-'));
  const config = join(folder, 'onboarding.yml');
  const text = readFileSync(exampleConfiguration, 'utf8');
  writeFileSync(config, `${text}\napproval: { for: { ous: [Workloads] }, timeLimitHours: 1 }\n`);
  const argv = ['--simulate', '--config', config, '--event', 'tests/fixtures/events/move-account.json'];

  const { code, stdout } = await run(['run', ...argv]);

  expect(code).toBe(2);
  expect(stdout).toMatch(/… Request approval +waits for an operator/);
  expect(stdout).toMatch(/^waiting-for-approval: Waits until/m);
  expect(stdout).toMatch(
    /^Approval would change\n {2}assume-role-permission\S+: people-develop for new-account \(555566667777\)/m,
  );
  expect((await run(['validate', '--config', config])).stdout).toContain(
    'Approved by an operator, within 1 hour: OUs Workloads',
  );
});
