import { describe, expect, it } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { exampleConfiguration, objectOf, run, type Screen } from '../fixtures/screen.ts';

const plan = (...argv: readonly string[]): Promise<Screen> => planWith({}, ...argv);

const planWith = (io: Partial<Io>, ...argv: readonly string[]): Promise<Screen> =>
  run(['plan', '--simulate', '--config', exampleConfiguration, ...argv], io);

interface Printed {
  readonly planHash: string;
  readonly counts: { readonly change: number };
  readonly warnings: readonly string[];
  readonly resources: readonly { readonly id: string; readonly policies?: unknown }[];
}

const printed = (screen: Screen): Printed => objectOf(screen) as unknown as Printed;

/** An organization with so many accounts that lists are folded. */
const withAccounts = (count: number): Partial<Io> => ({
  prepareWorld: (organization) => {
    const [like] = [...organization.world.accounts.values()].filter(({ name }) => /production/.test(name));
    for (let index = 0; index < count; index += 1)
      organization.addAccount({ ...like, id: `${300_000_000_000 + index}`, name: `workload-${index}` });
  },
});

describe('plan --format', () => {
  it('prints the object of --json when the format is json', async () => {
    expect(await plan('--format', 'json')).toEqual(await plan('--json'));
  });

  it('prints a failure as one object when the format is json', async () => {
    for (const argv of [
      ['--format=json', '--nonsense'],
      ['--format', 'json', '--grant', 'nonsense'],
    ])
      expect(objectOf(await plan(...argv))).toMatchObject({ status: 'failed' });
  });

  it('refuses a format beside --json, and names the formats when a format is unknown', async () => {
    const both = await plan('--json', '--format', 'markdown');
    const unknown = await plan('--format', 'yaml');

    expect(both).toMatchObject({ code: 64, stderr: expect.stringContaining('only one of them') });
    expect(unknown).toMatchObject({ code: 64, stderr: expect.stringContaining('text, json, markdown') });
  });

  it('shows every statement that widens access outside of folded parts when the format is markdown', async () => {
    const { code, stdout, stderr } = await plan('--format', 'markdown');
    const open = stdout.replace(/<details>.*?<\/details>/gs, '');

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatch(/^### Plan: 13 resources to change, 0 unchanged$/m);
    expect(open).toMatch(/^```diff\n\+ AccountOnboardingexample\w+ {2}! widens access$/m);
    expect(open.match(/! widens access/g)).toHaveLength(
      (await plan()).stdout.match(/! widens access/g)?.length ?? -1,
    );
  });

  it('keeps a comment within the limit of GitHub when the plan is larger', async () => {
    const { stdout } = await planWith(withAccounts(40), '--format', 'markdown', '--full');

    expect(stdout.length).toBeLessThanOrEqual(65_536);
    expect(stdout).toContain('> [!CAUTION]');
    expect(stdout).toMatch(/^> - Policies before and after, of \d+ resources?: <code>/m);
  });
});

describe('plan --full', () => {
  it('adds the policy before and after to resources that change, and to no other output', async () => {
    const full = printed(await plan('--full', '--json', '--resource', 'example-org-cloudtrail'));

    expect(full.resources[0]).toMatchObject({
      policies: {
        before: { policy: { Version: '2012-10-17' } },
        after: {
          policy: {
            Statement: expect.arrayContaining([
              expect.objectContaining({ Sid: 'AccountOnboardingexampleTrailLogsCheck' }),
            ]),
          },
        },
      },
    });
    expect(printed(await plan('--json')).resources[0]).not.toHaveProperty('policies');
  });

  it('prints each account of a long list, which is folded without --full', async () => {
    const argv = ['--resource', 'example-org-cloudtrail'];
    const [short, full] = [
      await planWith(withAccounts(20), ...argv),
      await planWith(withAccounts(20), ...argv, '--full'),
    ];

    expect(short.stdout).toMatch(/<account>/);
    expect(full.stdout).not.toMatch(/<account>/);
    expect(full.stdout).toContain('aws:SourceAccount 300000000019');
    expect(full.stdout).toMatch(/^ {6}policy, after:\n {6}\{$/m);
  });
});

describe('plan --grant and --resource', () => {
  it('shows only the resources of the grant, and says that others are not shown', async () => {
    const whole = printed(await plan('--json'));
    const part = printed(await plan('--json', '--grant', 'trail-logs'));

    expect(part.resources.map(({ id }) => id)).toEqual(['example-org-cloudtrail']);
    expect(part).toMatchObject({ planHash: whole.planHash, counts: { change: 1 } });
    expect(part.warnings).toContainEqual('--grant trail-logs shows 1 of the 13 resources of the plan');
  });

  it('accepts the id and the whole key of a resource', async () => {
    const key = 's3-bucket-policy/222222222222/eu-west-1/example-org-cloudtrail';
    for (const name of ['example-org-cloudtrail', key])
      expect(printed(await plan('--json', '--resource', name)).resources).toHaveLength(1);
  });

  it.each([
    ['--grant', 'trail-log', 'trail-logs'],
    ['--resource', 'example-org-cloudtrai', 'example-org-cloudtrail'],
  ])('suggests the nearest name when %s %s does not exist', async (option, name, nearest) => {
    const { code, stderr } = await plan(option, name);

    expect(code).toBe(64);
    expect(stderr).toContain(`did you mean ${nearest}?`);
  });

  it('refuses to write a plan file when only a part is shown', async () => {
    const { code, stderr } = await plan('--grant', 'trail-logs', '--out', 'never-written.json');

    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--out writes the whole plan'),
    });
  });
});
