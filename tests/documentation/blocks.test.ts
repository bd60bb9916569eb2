import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { findBlocks, findMissingLine } from '../../scripts/documentation/blocks.ts';
import { parseExample } from '../../scripts/documentation/grant-examples.ts';
import { validateConfiguration } from '../../shared/configuration/validate.ts';
import { listDocumentation } from './pages.ts';

const blocks = listDocumentation().flatMap(({ file, text }) =>
  findBlocks(text).map((block) => ({ file, ...block })),
);
const select = (language: string) => blocks.filter((block) => block.language === language);

/**
 * `sh`, and `yaml` with a whole configuration: scripts/run-docs.ts runs them. `yaml grants` and `yaml part`: below. `yaml` of a
 * situation: tests/configuration/situations.test.ts. `json`: tests/fixtures/deployment/all-statements.ts.
 */
const checked = ['sh', 'yaml', 'yaml grants', 'yaml part', 'json', 'json statements'];

/** Commands that need AWS or many minutes, drawings and messages, and programs of other repositories. */
const unchecked = ['sh aws', 'sh slow', 'text', 'ts', 'python', 'hcl', 'json example'];

it('marks every code block of the documentation with a language that states its check', () => {
  const languages = new Set([...checked, ...unchecked]);
  const others = blocks.filter(
    ({ language }) => !languages.has(language) && !language.startsWith('text npx onboarding '),
  );

  expect(blocks.length).toBeGreaterThan(100);
  expect(others.map(({ file, language, text }) => `${file}: ${language}: ${text.split('\n')[0]}`)).toEqual(
    [],
  );
});

it("requires a whole configuration or a situation's page for every YAML block", () => {
  const pages = ['people', 'application-to-application', 'codedeploy', 'log-delivery'];
  const situations = new Set(pages.map((name) => `docs/${name}.md`));
  const others = select('yaml').filter(
    ({ file, text }) => !text.startsWith('version:') && !situations.has(file),
  );

  expect(others.map(({ file, text }) => `${file}: ${text.split('\n')[0]}`)).toEqual([]);
});

it.each(select('yaml grants'))('accepts the grants that $file shows', ({ text }) => {
  expect(parseExample(text).grants.length).toBeGreaterThan(0);
});

describe('a part of a configuration', () => {
  const example: Readonly<Record<string, unknown>> = parse(readFileSync('examples/onboarding.yml', 'utf8'));

  it.each(select('yaml part'))(
    'accepts in the example configuration the part that $file shows',
    ({ file, text }) => {
      const part: Readonly<Record<string, Record<string, unknown>>> = parse(text) ?? {};
      const merged = Object.entries(part).map(([key, value]) => {
        const before = example[key];
        return [key, typeof before === 'object' && !Array.isArray(value) ? { ...before, ...value } : value];
      });

      expect(() =>
        validateConfiguration({ ...example, ...Object.fromEntries(merged) }, file, () => 1),
      ).not.toThrow();
    },
  );
});

describe('a screen', () => {
  const output = 'one\ntwo  \nthree\nfour\n';

  it('finds no missing line when lines of a screen follow each other or a line of dots', () => {
    expect(findMissingLine('one\ntwo\n…\nfour\n', output)).toBeUndefined();
  });

  it.each([
    ['one\nthree\n', 'three'],
    ['two\n…\none\n', 'one'],
    ['five\n', 'five'],
  ])('reports a missing line when the command prints other lines: %j', (screen, missing) => {
    expect(findMissingLine(screen, output)).toBe(missing);
  });
});
