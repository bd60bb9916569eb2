import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { listDocumentation, listPages, type Page } from './pages.ts';

interface Link {
  /** For the message of a failure. */
  readonly name: string;
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The name by which GitHub links to a heading. */
const toAnchor = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const withoutCode = (text: string): string =>
  text.replaceAll(/^ *```.*?^ *```$/gms, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll('](', ''));

const listAnchors = ({ text }: Page): ReadonlySet<string> =>
  new Set([
    ...[...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => toAnchor(heading)),
    ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id),
  ]);

const listLinks = ({ file, text }: Page): readonly Link[] =>
  [...withoutCode(text).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
    ([, path = '', anchor]) => ({
      name: `${file}: ${path}${anchor === undefined ? '' : `#${anchor}`}`,
      path: path === '' ? file : join(dirname(file), path),
      anchor,
    }),
  );

const pages = listPages();
const anchors = new Map(pages.map((page) => [page.file, listAnchors(page)]));

it('resolves each internal link of the documentation', () => {
  const links = pages.flatMap(listLinks);

  expect(links.length).toBeGreaterThan(300);
  expect(links.filter(({ path }) => !existsSync(path)).map(({ name }) => name)).toEqual([]);
  const lost = links.filter(
    ({ path, anchor }) => anchor !== undefined && anchors.get(path)?.has(anchor) === false,
  );
  expect(lost.map(({ name }) => name)).toEqual([]);
});

it('reaches every page by links from docs/README.md', () => {
  const seen = new Set(['docs/README.md']);
  for (const file of seen)
    for (const page of pages.filter((each) => each.file === file))
      for (const { path } of listLinks(page)) seen.add(path);

  expect(
    listDocumentation()
      .map(({ file }) => file)
      .filter((file) => !seen.has(file)),
  ).toEqual([]);
});

it('links each glossary term where a page uses it first', () => {
  const linked = new Set(
    listDocumentation()
      .filter(({ file }) => file !== 'docs/glossary.md')
      .flatMap(listLinks)
      .filter(({ path }) => path === 'docs/glossary.md')
      .map(({ anchor }) => anchor),
  );
  const terms = [...(anchors.get('docs/glossary.md') ?? [])].filter((anchor) => anchor !== 'glossary');

  expect(terms.length).toBeGreaterThan(30);
  expect(terms.filter((term) => !linked.has(term))).toEqual([]);
});
