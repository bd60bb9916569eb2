import { describe, expect, it } from '@jest/globals';
import { formatCode, formatCodeBlock } from '../../cli/markdown.ts';
import { fitBlocks, type MarkdownBlock, maxComment } from '../../cli/markdown-size.ts';

const block = (part: MarkdownBlock['part'], name: string, length = 10): MarkdownBlock => ({
  part,
  name,
  text: `${name} ${'x'.repeat(length)}`,
});

describe('fitBlocks', () => {
  it('keeps the order of all blocks when all of them fit', () => {
    const text = fitBlocks('head', [block('other', 'a'), block('widening', 'b')]);

    expect(text).toMatch(/^head\n\na x+\n\nb x+\n$/);
  });

  it('drops policies before changes, and other changes before changes that widen access, when not all fit', () => {
    const blocks = [
      block('policies', 'policy-a', 30_000),
      block('other', 'other-a', 30_000),
      block('widening', 'widening-a', 50_000),
    ];
    const text = fitBlocks('head', blocks);

    expect(text.length).toBeLessThanOrEqual(maxComment);
    expect(text).toContain('widening-a xxx');
    expect(text).not.toContain('other-a xxx');
    expect(text).toContain('> - Changes that do not widen access, on 1 resource: <code>other-a</code>');
    expect(text).toContain('> - Policies before and after, of 1 resource: <code>policy-a</code>');
  });

  it('names resources whose widening does not fit, and stays within the limit, when thousands do not fit', () => {
    const blocks = Array.from({ length: 5_000 }, (_, index) =>
      block('widening', `~@${'_'.repeat(200)}${index}`, 500),
    );
    const text = fitBlocks('head', blocks);

    expect(text.length).toBeLessThanOrEqual(maxComment);
    expect(text).toMatch(/\*\*Changes that widen access\*\* on 4,\d{3} resources\. .* and 4,\d{3} more/);
  });
});

describe('external text in Markdown', () => {
  it('stays inside its code block when the text contains fences', () => {
    const text = formatCodeBlock('diff', ['+ Sid', '````', '# heading']);

    expect(text.split('\n')).toEqual(['`````diff', '+ Sid', '````', '# heading', '`````']);
  });

  it('loses its meaning in Markdown and HTML when it is shown as code', () => {
    expect(formatCode('a_<b>@team*`')).toBe('<code>a&#95;&#60;b&#62;&#64;team&#42;&#96;</code>');
  });
});
