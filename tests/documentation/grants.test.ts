import { expect, it } from '@jest/globals';
import {
  findGrantExamples,
  listExampleStatements,
  parseExample,
} from '../../scripts/documentation/grant-examples.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { casesOf, presetsOf } from '../fixtures/grants/kind-cases.ts';
import { listDocumentation } from './pages.ts';

const examples = listDocumentation().flatMap(({ file, text }) =>
  findGrantExamples(text).map((example) => ({ file, ...example })),
);
const withStatements = examples.flatMap(({ file, yaml, statements }) =>
  statements === undefined ? [] : [{ file, yaml, statements: statements.text }],
);

it.each(withStatements)('shows in $file the statements that its grants write', ({ yaml, statements }) => {
  // `npm run docs:statements` writes the statements.
  expect(JSON.parse(statements)).toEqual(listExampleStatements(parseExample(yaml)));
});

it("shows the statements of each preset on the kind's page", () => {
  const toName = (kind: string, fields: object): string =>
    `${kind} ${'preset' in fields ? String(fields.preset) : ''}`;
  const documented = new Set(
    withStatements.flatMap(({ yaml }) => parseExample(yaml).grants).map((entry) => toName(entry.kind, entry)),
  );
  const presets = grantKinds.flatMap((kind) =>
    Object.values(presetsOf(casesOf(kind))).map((fields) => toName(kind.name, fields)),
  );

  expect(presets.length).toBeGreaterThan(20);
  expect([...new Set(presets)].filter((preset) => !documented.has(preset))).toEqual([]);
});
