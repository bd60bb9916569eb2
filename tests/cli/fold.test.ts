import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { formatSelector } from '../../cli/selector-text.ts';
import type { Io } from '../../cli/terminal.ts';
import { run } from '../fixtures/screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'fold-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'onboarding.yml');

/** A configuration of 30 buckets, so that lists of resources are long. */
const buckets = Array.from({ length: 30 }, (_, index) => `example-logs-${String(index).padStart(2, '0')}`);
writeFileSync(
  file,
  `version: 1
installation: fold
organization: { id: o-exampleorg1, managementAccount: "111111111111" }
centralAccounts:
  log: { id: "222222222222", region: eu-west-1 }
grants:
${buckets
  .map(
    (bucket) =>
      `  - { name: ${bucket}, kind: s3-bucket-policy, account: log, bucket: ${bucket}, preset: config-write, for: { all: true } }`,
  )
  .join('\n')}
`,
);

const print = async (argv: readonly string[], io: Partial<Io> = {}): Promise<string> =>
  (await run([...argv, '--simulate', '--config', file], io)).stdout;

const listShown = (screen: string): readonly string[] => buckets.filter((bucket) => screen.includes(bucket));

/** Deletes the policy of a bucket that a shortened list would not show. */
const losePolicy: NonNullable<Io['outsiders']> = ({ world }) => {
  const bucket = world.buckets.get('example-logs-29');
  if (bucket !== undefined) bucket.policy = undefined;
};

describe('a long list', () => {
  it('shows the count and the option when drift finds many equal policies', async () => {
    const screen = await print(['drift']);

    expect(listShown(screen)).toEqual(buckets.slice(0, 20));
    expect(screen).toContain('  … and 10 more equal resources; --json shows all');
    expect(screen).toContain('Drift: 30 equal');
  });

  it('shows each policy that differs when drift shortens the list', async () => {
    const screen = await print(['drift'], { outsiders: losePolicy });

    expect(screen).toMatch(/✗ managed-drift.* example-logs-29/);
    expect(screen).toContain('  … and 9 more equal resources; --json shows all');
  });

  it('shows the count and the option when budget finds room in many policies', async () => {
    const screen = await print(['budget']);

    expect(screen).toContain('  … and 10 more resources with room for 20 accounts or more; --json shows all');
  });

  it('shows the count and the option when a run changes few of many policies', async () => {
    const screen = await print(['start', '--account', '111111111111', '--wait'], { outsiders: losePolicy });

    expect(screen).toMatch(/written .*example-logs-29/);
    expect(screen).toContain('  … and 9 more unchanged resources; --json shows all');
  });

  it('has every resource when --json is given', async () => {
    const { resources } = JSON.parse(await print(['drift', '--json']));

    expect(resources).toHaveLength(30);
  });

  it('shows each policy when all of them change', async () => {
    const screen = await print(['plan']);

    expect(listShown(screen)).toEqual(buckets);
    expect(screen).not.toContain('… and');
  });

  it.each([
    ['plan', '--full shows all'],
    ['apply', '`onboarding plan --full` shows all'],
  ])('names the option that shows every account when %s lists many accounts', async (command, option) => {
    const options = command === 'apply' ? ['--yes'] : [];
    const screen = await print([command, ...options], {
      prepareWorld: (organization) => {
        for (let index = 0; index < 20; index += 1)
          organization.addAccount({ id: `${300_000_000_000 + index}`, name: `workload-${index}` });
      },
    });

    expect(screen.replaceAll(/\s+/g, ' ')).toContain(`… and 10 more; ${option}`);
    expect(screen).toContain('workload-0 (300000000000)');
  });

  it('shows a count when a selector lists many accounts', () => {
    const accounts = Array.from({ length: 12 }, (_, index) => `${111_122_223_300 + index}`);

    expect(formatSelector({ accounts })).toMatch(/^accounts 111122223300, .*, 111122223309 and 2 more$/);
  });
});
