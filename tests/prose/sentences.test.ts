import { describe, expect, it } from '@jest/globals';
import { readMessageSentences } from '../../scripts/prose/messages.ts';
import { readMarkdownSentences } from '../../scripts/prose/sentences.ts';

describe('readMarkdownSentences', () => {
  const read = (markdown: string) =>
    readMarkdownSentences('page.md', markdown).map(({ text, words }) => [text, words]);

  it('splits a wrapped paragraph into its sentences', () => {
    expect(read('A run reads the policy. It writes\nthe policy once.')).toEqual([
      ['A run reads the policy.', 5],
      ['It writes the policy once.', 5],
    ]);
  });

  it('counts inline code and the text of a link, and ignores the address', () => {
    expect(read('Run `onboarding plan --json` as [the page](docs/command-line.md) says.')).toEqual([
      ['Run Code as the page says.', 6],
    ]);
  });

  it('reads list items and table cells, and ignores headings and code blocks', () => {
    const page =
      '# A heading of four words\n\n- One item is here.\n\n| a | b |\n|---|---|\n| First cell has words | x |\n\n```\nthis is code not prose\n```\n';
    expect(read(page).map(([text]) => text)).toEqual(['One item is here.', 'First cell has words']);
  });
});

describe('readMessageSentences', () => {
  const read = (source: string) =>
    readMessageSentences('file.ts', source).map(({ text, words }) => [text, words]);

  it('joins the parts of a message and counts an expression as one word', () => {
    expect(
      read("throw new Error(`The role ${name} has no policy. ` + 'Nothing was written to it.');"),
    ).toEqual([
      ['The role Value has no policy.', 6],
      ['Nothing was written to it.', 5],
    ]);
  });

  it('ignores imports, types and short labels', () => {
    expect(read("import x from 'a/b c d e';\ntype T = 'one two three four';\nconst a = 'in grace';")).toEqual(
      [],
    );
  });
});
