import { describe, expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, objectOf, run, type Screen } from '../fixtures/screen.ts';

const simulate = ['drift', '--simulate', '--config', exampleConfiguration];

const developer = 'arn:aws:iam::777777777777:role/people/Developer';

type Outsiders = NonNullable<Io['outsiders']>;

const drift = (outsiders: Outsiders = () => {}): Promise<Screen> =>
  run([...simulate, '--json'], { outsiders });

/** Changes the statements of the bucket of the flow logs, whose first is not ours. */
const edit =
  (change: (statements: readonly object[]) => readonly object[]) =>
  ({ world }: SimulatedOrganization) => {
    const bucket = world.buckets.get('example-org-flow-logs');
    const policy = JSON.parse(bucket?.policy ?? '') as { Statement: object[] };
    const text = JSON.stringify({ ...policy, Statement: change(policy.Statement) });
    if (bucket !== undefined) bucket.policy = text;
  };

const flowLogs = (screen: Screen): unknown =>
  (objectOf(screen).resources as { readonly id: string }[]).find(({ id }) => id === 'example-org-flow-logs');

/** The first statement of a policy, for every resource and without its condition. */
function withoutCondition(text: string): string {
  const document: { Statement: readonly Record<string, unknown>[] } = JSON.parse(text);
  const [{ Condition: _, ...statement } = {}] = document.Statement;
  return JSON.stringify({ ...document, Statement: [{ ...statement, Resource: '*' }] });
}

interface Case {
  readonly name: string;
  readonly outsiders: Outsiders;
  readonly code: number;
  readonly found: object;
}

const cases: readonly Case[] = [
  {
    name: 'a statement of ours that is gone',
    outsiders: edit((statements) => statements.slice(0, -1)),
    code: 2,
    found: {
      status: 'managed-drift',
      foreign: 'same',
      differences: [{ kind: 'removed', label: 'AccountOnboardingexampleFlowLogsWrite' }],
    },
  },
  {
    name: 'a statement of others that is new',
    outsiders: edit((statements) => [
      ...statements,
      { Sid: 'Others', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: '*' },
    ]),
    code: 0,
    found: { status: 'unmanaged-change', foreign: 'changed', differences: [] },
  },
  {
    name: 'both',
    outsiders: edit((statements) => statements.slice(1, -1)),
    code: 2,
    found: { status: 'managed-drift', foreign: 'changed' },
  },
  {
    name: 'another order',
    outsiders: edit((statements) => statements.toReversed()),
    code: 0,
    found: { status: 'equal', foreign: 'same', differences: [] },
  },
  {
    name: 'a statement with our mark that we never wrote',
    outsiders: edit((statements) => [
      ...statements,
      {
        Sid: 'AccountOnboardingexampleForged',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:DeleteBucket',
        Resource: '*',
      },
    ]),
    code: 2,
    found: { status: 'managed-drift', error: { name: 'OwnershipClashError' } },
  },
  {
    name: 'a bucket that is gone',
    outsiders: ({ world }) => world.buckets.delete('example-org-flow-logs'),
    code: 2,
    found: { status: 'missing', foreign: 'unknown', error: { name: 'ResourceMissingError' } },
  },
  {
    name: 'an account that may not be read',
    outsiders: ({ world }) => world.roles.delete('arn:aws:iam::222222222222:role/account-onboarding/spoke'),
    code: 1,
    found: { status: 'unreadable', error: { name: 'AccessDeniedError' } },
  },
];

describe('drift', () => {
  test('reports no drift when nothing has changed', async () => {
    const screen = await drift();

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({ status: 'no-drift', counts: { equal: 13, 'managed-drift': 0 } });
  });

  test.each(cases)('ends drift with $code when $name', async ({ outsiders, code, found }) => {
    const screen = await drift(outsiders);

    expect({ code: screen.code, found: flowLogs(screen) }).toMatchObject({ code, found });
  });

  test('reports drift and names the role when the trust policy of a member role was changed', async () => {
    const outsiders: Outsiders = ({ world }) => {
      const role = world.roles.get(developer);
      if (role !== undefined) role.trust = role.trust.replaceAll('333333333333', '999999999999');
    };
    const screen = await drift(outsiders);
    const { code, stdout } = await run(simulate, { outsiders });

    expect([screen.code, code]).toEqual([2, 2]);
    const { status, memberRoles } = objectOf(screen) as { status: string; memberRoles: readonly object[] };
    expect(status).toBe('drifted');
    expect(memberRoles).toContainEqual({
      accountId: '777777777777',
      role: 'people/Developer',
      status: 'different',
      reasons: [expect.stringContaining('the trust policy')],
    });
    expect(stdout).toMatch(/^Member roles: 16 equal, 1 different$/m);
    expect(stdout).toMatch(/Member role people\/Developer differs from the configuration/);
  });

  test('prints the statements that differ from their desired form', async () => {
    const outsiders = edit((statements) => statements.slice(0, -1));
    const { code, stdout } = await run(simulate, { outsiders });

    expect(code).toBe(2);
    expect(stdout).toMatch(/✗ managed-drift +S3 bucket policy +example-org-flow-logs/);
    expect(stdout).toContain('      - AccountOnboardingexampleFlowLogsWrite');
    expect(stdout).toMatch(/^Drift: 12 equal, 1 managed-drift$/m);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  test('warns of a deleted role in an unmanaged statement, and reports no drift', async () => {
    const screen = await drift((organization) => {
      const role = 'arn:aws:iam::999988887777:role/Auditor';
      organization.addPrincipal(role);
      edit((statements) => [
        ...statements,
        { Sid: 'Audit', Effect: 'Allow', Principal: { AWS: role }, Action: 's3:GetObject', Resource: '*' },
      ])?.(organization);
      organization.deletePrincipal(role);
    });

    expect(screen.code).toBe(0);
    expect(objectOf(screen).warnings).toEqual([
      expect.stringMatching(
        /example-org-flow-logs: the statement "Audit" names AROA\w+, .* is not managed and stays as it is/,
      ),
    ]);
  });

  test('prints an added wildcard and a removed condition first when a managed policy was widened by hand', async () => {
    const { code, stdout } = await run(simulate, {
      outsiders: ({ world }) => {
        for (const policy of world.managedPolicies.values())
          policy.versions = policy.versions.map((version) => ({
            ...version,
            document: withoutCondition(version.document),
          }));
      },
    });
    const lines = stdout.split('\n').map((line) => line.trim());
    const wide = lines.indexOf('! widens: + Resource *');

    expect(code).toBe(2);
    expect(lines[wide - 1]).toBe('! widens: - Condition Bool aws:MultiFactorAuthPresent true');
    expect(lines[wide + 1]).toMatch(/^- Resource arn:aws:iam::\d{12}:role/);
    expect(stdout).not.toMatch(/ more$/m);
  });

  test('requires ONBOARDING_TABLE when drift works on AWS', async () => {
    const { code, stderr } = await run(['drift', '--config', exampleConfiguration]);

    expect(code).toBe(78);
    expect(stderr).toContain('ONBOARDING_TABLE is not set');
  });
});
