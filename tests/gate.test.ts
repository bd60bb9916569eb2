import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { sourceOf } from './fixtures/source/imports.ts';

const packageFile = z
  .object({ scripts: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(sourceOf('package.json')));

const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  jobs: z.object({ gate: z.object({ steps: z.array(z.unknown()) }) }),
});

const serverless = z.object({
  provider: z.object({ runtime: z.string() }),
  custom: z.object({ esbuild: z.object({ target: z.string() }) }),
});

const github = readdirSync(fileURLToPath(new URL('../.github', import.meta.url)), {
  recursive: true,
  encoding: 'utf8',
}).filter((file) => file.endsWith('.yml'));

describe('the gate', () => {
  test('runs the gate on a push and on a pull request', () => {
    const { on, jobs } = workflow.parse(parse(sourceOf('.github/workflows/ci.yml')));
    expect(Object.keys(on)).toEqual(['push', 'pull_request']);
    expect(jobs.gate.steps.at(-1)).toEqual({ run: '.ci/run' });
  });

  test('runs every step of `npm run check` in CI', () => {
    const steps = packageFile.scripts.check?.split(' && ') ?? [];
    expect(steps).toContain('npm run unused');
    expect(sourceOf('.ci/run').split('\n')).toEqual(expect.arrayContaining(steps));
  });

  test.each(github)('parses .github/%s as YAML', (file) => {
    expect(parse(sourceOf(`.github/${file}`))).toEqual(expect.any(Object));
  });
});

test('names one major version of Node for development, packaging and Lambda', () => {
  const major = sourceOf('.nvmrc').trim();
  const { provider, custom } = serverless.parse(parse(sourceOf('serverless.yml'), { logLevel: 'error' }));
  expect(packageFile.devDependencies.node).toMatch(new RegExp(`^${major}\\.`));
  expect(provider.runtime).toBe(`nodejs${major}.x`);
  expect(custom.esbuild.target).toBe(`node${major}`);
});
