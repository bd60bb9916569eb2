import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { renderStackSetScript } from '../../shared/cloudformation/member-stack-set-script.ts';
import { listMemberStackSets } from '../../shared/configuration/member-stack-sets.ts';
import { configurationWith, readSecret } from '../fixtures/plan-fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stack-set-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Answers as the AWS CLI does, and keeps each call as one line. */
const fakeAws = `#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  *list-roots*) echo r-ab12 ;;
  *"--parent-id r-ab12"*"'Workloads'"*) printf 'ou-ab12-11111111\\n\\n' ;;
  *"--parent-id ou-ab12-11111111"*"'Team \\\\'A\\\\''"*) echo ou-ab12-22222222 ;;
  *describe-stack-set*) printf 'ou-ab12-11111111\\tou-ab12-22222222\\n' ;;
esac
`;

function run(
  selector: object,
  argument: string,
  more: { bytes?: number; env?: Record<string, string> } = {},
) {
  const memberRoles = [{ name: 'people/ReadOnly', kind: 'people', for: selector }];
  const [stackSet] = listMemberStackSets(configurationWith([readSecret()], { memberRoles }));
  if (stackSet === undefined) throw new Error('There is no StackSet');
  const script = renderStackSetScript({
    stackSet,
    templateFile: 'members.yml',
    templateBytes: more.bytes ?? 1_000,
    partition: 'aws',
  });
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  writeFileSync(join(folder, 'members.sh'), script);
  writeFileSync(join(folder, 'aws'), fakeAws);
  chmodSync(join(folder, 'aws'), 0o755);
  const { status, stderr } = spawnSync('bash', [join(folder, 'members.sh'), argument], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH ?? ''}`, CALLS: calls, ...more.env },
  });
  const lines = readFileSync(calls, 'utf8').trim().split('\n');
  return {
    status,
    stderr,
    lines,
    changes: lines.filter((line) => /cloudformation (create|update|delete)/.test(line)),
  };
}

describe('the script of a StackSet', () => {
  it('creates the StackSet with automatic deployment, and deploys it to the OUs that paths name', () => {
    const { status, changes } = run({ ous: ["Workloads/Team 'A'", 'ou-ab12-33333333'] }, 'create');
    expect(status).toBe(0);
    expect(changes).toHaveLength(2);
    expect(changes[0]).toMatch(
      /create-stack-set .*--call-as SELF --template-body file:\/\/members\.yml .*--permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --capabilities CAPABILITY_NAMED_IAM/,
    );
    expect(changes[1]).toMatch(
      /create-stack-instances .*--deployment-targets OrganizationalUnitIds=ou-ab12-22222222,ou-ab12-33333333 --regions us-east-1/,
    );
  });

  it('targets the root when all accounts have the member roles', () => {
    const { changes } = run({ all: true }, 'create', { env: { CALL_AS: 'DELEGATED_ADMIN' } });
    expect(changes[1]).toContain('--call-as DELEGATED_ADMIN');
    expect(changes[1]).toContain('OrganizationalUnitIds=r-ab12 ');
  });

  it('changes nothing when an OU of the script does not exist', () => {
    const { status, stderr, changes } = run({ ous: ['Workloads/Nothing'] }, 'create');
    expect({ status, changes }).toEqual({ status: 1, changes: [] });
    expect(stderr).toContain('There is no OU Nothing in ou-ab12-11111111. Nothing was changed');
  });

  it('updates the StackSet as a service-managed StackSet', () => {
    const { changes } = run({ ous: ['Workloads'] }, 'update');
    expect(changes).toEqual([expect.stringMatching(/update-stack-set .*SERVICE_MANAGED/)]);
  });

  it('removes the stacks from the OUs of the StackSet', () => {
    const { status, changes } = run({ ous: ['Renamed'] }, 'remove');
    expect(status).toBe(0);
    expect(changes).toEqual([
      expect.stringMatching(
        /delete-stack-instances .*OrganizationalUnitIds=ou-ab12-11111111,ou-ab12-22222222 .*--no-retain-stacks/,
      ),
    ]);
  });

  it('requires the URL of the template when it is too long for a command line', () => {
    const long = { bytes: 51_201 };
    expect(run({ ous: ['Workloads'] }, 'create', long)).toMatchObject({ status: 1, changes: [] });
    const url = 'https://example.s3.amazonaws.com/members.yml';
    const { changes } = run({ ous: ['Workloads'] }, 'create', { ...long, env: { TEMPLATE_URL: url } });
    expect(changes[0]).toContain(`--template-url ${url}`);
  });

  it('changes nothing when the script gets no argument', () => {
    expect(run({ ous: ['Workloads'] }, 'delete')).toMatchObject({ status: 64, lines: [''] });
  });
});
