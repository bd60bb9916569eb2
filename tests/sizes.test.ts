import { parse } from '@babel/parser';
import { expect, it } from '@jest/globals';
import { filesIn, sourceOf } from './fixtures/source/imports.ts';

const files = ['shared', 'functions', 'cli', 'simulator', 'tests', 'bench', 'scripts'].flatMap(filesIn);

interface Node {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly callee?: Node;
  readonly tag?: Node;
  readonly object?: Node;
  readonly name?: string;
  readonly body?: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'loc' in value && value.type !== 'File';

const childrenOf = (node: Node): readonly Node[] =>
  Object.entries(node)
    .filter(([name]) => !name.endsWith('Comments'))
    .flatMap(([, value]) => value)
    .filter(isNode);

const linesOf = ({ loc }: Node): number => loc.end.line - loc.start.line + 1;

const isFunction = ({ type, body }: Node): boolean =>
  isNode(body) && /^(Function|Arrow|ClassMethod|ClassPrivateMethod|ObjectMethod)/.test(type);

/** The first name of a call: `test` of `test.each(rows)(title, act)`. */
function nameOf(node: Node | undefined): string | undefined {
  if (node === undefined || node.name !== undefined) return node?.name;
  return nameOf(node.callee ?? node.tag ?? node.object);
}

/** A block of the test runner. It counts for itself, and not for the function or `describe` around it. */
const isBlock = (node: Node): boolean =>
  node.type === 'CallExpression' &&
  /^(describe\w*|test|it|(before|after)(Each|All))$/.test(nameOf(node) ?? '');

const linesOfBlocks = (node: Node): number =>
  childrenOf(node).reduce((sum, each) => sum + (isBlock(each) ? linesOf(each) : linesOfBlocks(each)), 0);

/** Lines of each function in a node, without the blocks of the test runner in it. */
const sizesIn = (node: Node): readonly number[] => [
  ...(isFunction(node) ? [linesOf(node) - linesOfBlocks(node)] : []),
  ...childrenOf(node).flatMap(sizesIn),
];

const functionSizes = new Map(
  files.map((file) => {
    const { program } = parse(sourceOf(file), { sourceType: 'module', plugins: ['typescript'] });
    return [file, sizesIn(program as unknown as Node)] as const;
  }),
);

it('has at most 300 lines in each source file', () => {
  expect(files.filter((file) => sourceOf(file).split('\n').length - 1 > 300)).toEqual([]);
});

it('has at most 60 lines in each function', () => {
  expect(files.filter((file) => Math.max(0, ...(functionSizes.get(file) ?? [])) > 60)).toEqual([]);
});

it('has a median of 8 lines and a 95th percentile of 25 for all functions', () => {
  const sizes = [...functionSizes.values()].flat().toSorted((a, b) => a - b);
  const at = (share: number): number => sizes[Math.floor(share * (sizes.length - 1))] ?? 0;
  expect(sizes.length).toBeGreaterThan(5_000);
  expect(at(0.5)).toBeLessThanOrEqual(8);
  expect(at(0.95)).toBeLessThanOrEqual(25);
});
