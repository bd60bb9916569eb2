import { describe, expect, it } from '@jest/globals';
import { drawTerminal } from '../../scripts/documentation/terminal-picture.ts';

const size = { columns: 40, rows: 2, secondsAtEnd: 2, title: 'a <demo>' };
const draw = (...texts: readonly string[]) =>
  drawTerminal(
    texts.map((text) => ({ text, pause: 1 })),
    size,
  );

describe('drawTerminal', () => {
  it('escapes the characters of XML when a line or the title has them', () => {
    const picture = draw('a < b & "c"');
    expect(picture).toContain('>a &lt; b &amp; &quot;c&quot;</text>');
    expect(picture).toContain('aria-label="a &lt;demo&gt;"');
  });

  it('draws color, weight and dimness when a line has ANSI sequences', () => {
    const picture = draw('\u001b[32m✓\u001b[39m \u001b[1mone\u001b[22m \u001b[2mtwo\u001b[22m');
    expect(picture).toContain(
      '<tspan fill="#7ee787">✓</tspan> <tspan font-weight="bold">one</tspan> <tspan opacity="0.65">two</tspan>',
    );
  });

  it('moves by one line at the time of each line', () => {
    const picture = draw('one', 'two', 'three');
    expect(picture).toContain('20.00%{transform:translateY(17px)}40.00%{transform:translateY(0px)}');
    expect(picture).toContain('60.00%{transform:translateY(-17px)}');
    expect(picture).toContain('animation:print 5.00s');
  });

  it('stands still at the last lines when the reader prefers less motion', () => {
    expect(draw('one', 'two', 'three')).toContain('.lines{transform:translateY(-17px);');
    expect(draw('one')).toContain('@media (prefers-reduced-motion:reduce){.lines{animation:none}}');
  });

  it('throws an error when a line has a color that the picture does not know', () => {
    expect(() => draw('\u001b[35mmagenta\u001b[39m')).toThrow(
      'no color for {"type":"named","name":"magenta"}',
    );
  });
});
