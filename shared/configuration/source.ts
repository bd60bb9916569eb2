import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Finding } from '../platform/errors.ts';

/** A configuration file as a value, with the line of each part. */
export interface Source {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** The line of a part. If the part does not exist, the line of the part that should contain it. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** Parses YAML or JSON. JSON is valid YAML. If that fails, `findings` says why. */
export function readSource(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const findings = document.errors.map(({ message, linePos }) => ({
    path: linePos === undefined ? '' : `line ${linePos[0].line}`,
    message: withoutPosition(message),
  }));
  if (findings.length > 0) return { value: undefined, findings, lineOf: () => undefined };
  if (document.contents === null) return { value: undefined, findings: [empty], lineOf: () => undefined };
  const lineOf = (path: readonly PropertyKey[]) => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  return { ...plain(document), lineOf };
}

const empty: Finding = { path: '', message: 'is empty; begin with a copy of examples/onboarding.yml' };

/** The parser's message without its position, which is `at line 3, column 1:` and an excerpt. */
const withoutPosition = (message: string): string =>
  (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');

/**
 * The value of the document. Even without syntax errors it may have none: an alias may name nothing, or expand to too
 * much.
 */
function plain(document: Document): Pick<Source, 'value' | 'findings'> {
  try {
    return { value: document.toJS(), findings: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, findings: [{ path: '', message }] };
  }
}

/** Where a part begins in the text. An entry of a map begins with its key. */
function offsetOf({ contents }: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = contents;
  let offset = isNode(contents) ? contents.range?.[0] : undefined;
  for (const part of path) {
    const child = childOf(node, part);
    if (child === undefined) return offset;
    offset = child.offset ?? offset;
    node = child.node;
  }
  return offset;
}

function childOf(
  node: unknown,
  part: PropertyKey,
): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return item === undefined
      ? undefined
      : { node: item, offset: isNode(item) ? item.range?.[0] : undefined };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (pair === undefined) return undefined;
  return { node: pair.value, offset: isNode(pair.key) ? pair.key.range?.[0] : undefined };
}
