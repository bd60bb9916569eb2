import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { run } from '../fixtures/screen.ts';
import { smallText } from '../fixtures/small-configuration.ts';
import { leaveOver } from '../fixtures/unattached-policies.ts';

/** Of one grant, that of the group. */
function configurationFor(selector: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'onboarding-')), 'onboarding.yml');
  writeFileSync(file, smallText(['people']).replace('for: { all: true }', `for: ${selector}`));
  return file;
}

const former = Array.from({ length: 12 }, (_, index) => String(600_000_000_000 + index));
const leftOver = (organization: SimulatedOrganization) => leaveOver({ organization }, 7, former);
const said = /no access changes: only an unused managed object, such as a policy that is not attached$/m;

test('deletes an unattached policy, and says that no account is affected', async () => {
  const config = configurationFor('{ accounts: ["999999999999"] }');

  const { code, stdout } = await run(['plan', '--simulate', '--config', config], { prepareWorld: leftOver });

  expect(code).toBe(2);
  expect(stdout).toMatch(/^ {2}- Permission to assume roles group\/Developers/m);
  expect(stdout).toMatch(said);
  expect(stdout).toMatch(/^Plan: 1 resource to change, 0 unchanged$/m);
  expect(stdout).not.toContain(former[0]);
});

test('reports an unattached policy beside the attached one', async () => {
  const config = configurationFor('{ all: true }');

  const { code, stdout } = await run(['drift', '--simulate', '--config', config], { outsiders: leftOver });

  expect(code).toBe(2);
  expect(stdout).toMatch(/managed-drift.*group\/Developers/);
  expect(stdout).toMatch(said);
});
