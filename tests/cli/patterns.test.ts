import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { callEvent, images, secrets } from '../fixtures/discovered-resources.ts';
import { objectOf, run } from '../fixtures/screen.ts';
import { shared, smallText } from '../fixtures/small-configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'onboarding-'));

function fileWith(name: string, grants: string): string {
  const file = join(folder, name);
  writeFileSync(file, smallText(['bucket'], grants));
  return file;
}

const patterns = fileWith(
  'patterns.yml',
  images('["base/*"]', '[eu-west-1, us-west-2]') + secrets('tags: { use: runner }'),
);

test('prints each search with its account and region when validate finds a pattern', async () => {
  const screen = await run(['validate', '--config', patterns]);
  const json = objectOf(await run(['validate', '--config', patterns, '--json']));

  expect(screen.code).toBe(0);
  expect(screen.stdout).toContain('Patterns (3)');
  expect(screen.stdout).toMatch(
    /use = runner +Secret resource policy +shared \(444444444444\) +eu-west-1 +token/,
  );
  expect(json.patterns).toContainEqual({
    kind: 'ecr-repository-policy',
    accountId: shared,
    region: 'us-west-2',
    pattern: { name: 'base/*' },
    grants: ['images'],
  });
});

test('lists the resources that patterns match when plan runs, and changes nothing', async () => {
  const { code, stdout } = await run(['plan', '--simulate', '--config', patterns]);

  expect(code).toBe(2);
  expect(stdout).toMatch(/ECR repository policy base\/example +us-west-2/);
  expect(stdout).toContain('Plan: 4 resources to change');
});

test('warns in plan when a pattern matches nothing or a region is not enabled', async () => {
  const prepareWorld: NonNullable<Parameters<typeof run>[1]>['prepareWorld'] = (organization) => {
    organization.world.secrets.clear();
    organization.disableRegion(shared, 'us-west-2');
  };

  const { stdout } = await run(['plan', '--simulate', '--config', patterns], { prepareWorld });
  const json = objectOf(await run(['plan', '--simulate', '--config', patterns, '--json'], { prepareWorld }));

  expect(stdout).toContain('No resource matches use = runner');
  expect(stdout).toMatch(/Search for base\/\* \([\s\S]*RegionNotEnabledError/);
  expect(json).toMatchObject({ status: 'changes-pending', counts: { change: 2, failed: 1 } });
});

test('applies to discovered resources, and records a warning', async () => {
  const screen = await run(['apply', '--simulate', '--yes', '--config', patterns, '--json'], {
    prepareWorld: (organization) => organization.world.secrets.clear(),
  });

  expect(objectOf(screen)).toMatchObject({
    status: 'succeeded',
    resources: [{ id: 'base/example' }, { id: 'base/example' }, { id: 'example-logs' }],
    warnings: [expect.stringContaining('No resource matches use = runner')],
  });
});

test('searches for resources before drift compares policies', async () => {
  const { code, stdout } = await run(['drift', '--simulate', '--config', patterns], {
    outsiders: (organization) => {
      for (const arn of organization.world.repositories.keys())
        organization.editPolicy('repository', arn, undefined);
    },
  });

  expect(code).toBe(2);
  expect(stdout).toContain('2 managed-drift');
});

test('discovers the resource of an event in run', async () => {
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify(callEvent('CreateRepository', 'aws.ecr', 'us-west-2')));

  const { code, stdout } = await run(['run', '--simulate', '--config', patterns, '--event', event]);

  expect(code).toBe(0);
  expect(stdout).toContain('resource: aws.ecr in shared (444444444444), us-west-2');
  expect(stdout).toMatch(/written +ECR repository policy +base\/example +us-west-2/);
  expect(stdout).toMatch(/succeeded: 1 of 4 resources written/);
});
