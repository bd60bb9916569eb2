import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { findConfigurationWarnings } from '../../shared/configuration/warnings.ts';

type Entries = Readonly<Record<string, readonly Record<string, unknown>[]>>;

const situations = ['people', 'application-to-application', 'codedeploy', 'log-delivery'];

describe.each(situations)('the example %s', (name) => {
  const file = `examples/${name}/onboarding.yml`;
  const text = readFileSync(file, 'utf8');
  const page = readFileSync(`docs/${name}.md`, 'utf8');

  it('returns no warnings for the example of a situation', () => {
    expect(findConfigurationWarnings(parseConfiguration(text, file))).toEqual([]);
  });

  it("shows every grant and role of the example on the situation's page", () => {
    const written: Entries = parse(text);
    const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
      ([, block = '']): Entries => parse(block),
    );
    // A page leaves out fields that do not matter there.
    for (const { memberRoles = [], grants = [] } of blocks)
      for (const [list, entry] of [
        ...memberRoles.map((role) => ['memberRoles', role] as const),
        ...grants.map((grant) => ['grants', grant] as const),
      ])
        expect(written[list]?.find((each) => each.name === entry.name)).toMatchObject(entry);
  });

  it('explains the situation on a page with its commands and at most 1,500 words', () => {
    expect(page).toContain(`npx onboarding validate --config ${file}`);
    expect(page.split(/\s+/).length).toBeLessThanOrEqual(1_500);
  });
});
