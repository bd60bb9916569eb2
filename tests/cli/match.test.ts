import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { objectOf, run, standardInput } from '../fixtures/screen.ts';
import { smallText } from '../fixtures/small-configuration.ts';

const everyone = `
  - name: images
    kind: ecr-repository-policy
    account: shared
    repositories: [base/node]
    preset: pull
    match: organization
    for: { all: true }`;

const file = join(mkdtempSync(join(tmpdir(), 'onboarding-')), 'onboarding.yml');
writeFileSync(file, smallText(['bucket'], everyone));

test('warns in plan and in the report of a run that a grant covers later accounts without a run', async () => {
  const input = { stdin: standardInput('{"accountId": "555566667777"}') };
  const plan = await run(['plan', '--simulate', '--config', file, '--json']);
  const ran = await run(['run', '--simulate', '--config', file, '--event', '-', '--json'], input);

  const note = expect.stringMatching(
    /^Grant images gives access to every account of organization o-exampleorg1/,
  );
  expect(objectOf(plan).warnings).toEqual([note]);
  expect(ran.code).toBe(0);
  expect(objectOf(ran).warnings).toEqual([note]);
});
