import { parse } from '@babel/parser';
import { type Sentence, splitSentences } from './sentences.ts';

/** The used fields of a node of Babel's syntax tree. */
interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The sentences of the texts in a TypeScript file that people read: texts of at least four words, with a space between words. */
export function readMessageSentences(file: string, source: string): readonly Sentence[] {
  const { program } = parse(source, { sourceType: 'module', plugins: ['typescript'] });
  return listTexts(program as unknown as SyntaxNode).flatMap((text) => splitSentences(file, text));
}

function listTexts(node: SyntaxNode): readonly string[] {
  if (node.type.startsWith('Import') || node.type.startsWith('TS')) return [];
  const text = toText(node);
  if (text !== undefined) return isProse(text) ? [text] : [];
  return listChildren(node).flatMap(listTexts);
}

const listChildren = (node: SyntaxNode): readonly SyntaxNode[] =>
  Object.values(node).flat().filter(isSyntaxNode);

const isSyntaxNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The text of a literal, a template or a chain of `+`. An expression inside it counts as one word. */
function toText(node: SyntaxNode): string | undefined {
  if (node.type === 'StringLiteral') return String(node.value);
  if (node.type === 'TemplateLiteral') return joinTemplate(node);
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined;
  const left = toText(node.left as SyntaxNode);
  const right = toText(node.right as SyntaxNode);
  return left === undefined && right === undefined ? undefined : `${left ?? 'Value'}${right ?? 'Value'}`;
}

const joinTemplate = ({ quasis }: SyntaxNode): string =>
  (quasis as readonly { readonly value: { readonly cooked: string } }[])
    .map(({ value }) => value.cooked)
    .join('Value');

const isProse = (text: string): boolean => /^[^{<]*[a-zA-Z]+ [a-zA-Z]+ .*[a-z]+ .*[a-z]/s.test(text);
