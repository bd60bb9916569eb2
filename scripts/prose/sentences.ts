import { lexer, type Token, type Tokens } from 'marked';

/** A sentence and where it begins. */
export interface Sentence {
  readonly file: string;
  readonly text: string;
  readonly words: number;
}

const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** Inline code, a link's address and a placeholder of a message count as one word each. */
const placeholder = 'Code';

/** The sentences of a text without markup. A text with fewer than three words is a label, and has none. */
export function splitSentences(file: string, text: string): readonly Sentence[] {
  return [...sentenceSegmenter.segment(text.replaceAll(/\s+/g, ' '))]
    .map(({ segment }) => segment.trim())
    .map((segment) => ({ file, text: segment, words: countWords(segment) }))
    .filter(({ words }) => words >= 3);
}

const countWords = (text: string): number =>
  [...wordSegmenter.segment(text)].filter(({ isWordLike }) => isWordLike).length;

/** The sentences of the paragraphs, list items and table cells of a Markdown page. Headings, code and HTML are left out. */
export const readMarkdownSentences = (file: string, markdown: string): readonly Sentence[] =>
  listTexts(lexer(markdown)).flatMap((text) => splitSentences(file, text));

function listTexts(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => {
    if (token.type === 'paragraph' || token.type === 'text') return [toText(token)];
    if (token.type === 'list') return (token as Tokens.List).items.flatMap(({ tokens }) => listTexts(tokens));
    if (token.type === 'blockquote') return listTexts((token as Tokens.Blockquote).tokens);
    if (token.type === 'table') return listCells(token as Tokens.Table).map(toText);
    return [];
  });
}

const listCells = ({ rows }: Tokens.Table): readonly Tokens.TableCell[] => rows.flat();

function toText(token: { readonly tokens?: Token[] | undefined; readonly text?: string }): string {
  if (token.tokens === undefined) return token.text ?? '';
  return token.tokens.map(toInlineText).join('');
}

function toInlineText(token: Token): string {
  if (token.type === 'codespan') return placeholder;
  if (token.type === 'html') return ' ';
  if (token.type === 'br') return ' ';
  return 'tokens' in token || 'text' in token ? toText(token) : '';
}
