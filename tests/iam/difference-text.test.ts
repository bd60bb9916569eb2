import { describe, expect, it } from '@jest/globals';
import { formatDifference, toLineTemplate } from '../../shared/iam/difference-text.ts';

const root = 'arn:aws:iam::111122223333:root';

describe('formOf', () => {
  it.each([
    ['Principal.AWS 111122223333', 'Principal.AWS <account>'],
    [`Principal.AWS ${root}`, 'Principal.AWS arn:aws:iam::<account>:root'],
    ['Principal.AWS arn:aws-cn:iam::111122223333:root', 'Principal.AWS arn:aws-cn:iam::<account>:root'],
    ['Resource arn:aws:s3:::logs/111122223333/*', 'Resource arn:aws:s3:::logs/<account>/*'],
    [
      'Resource arn:aws:sns:eu-west-1:111122223333:x/111122223333',
      'Resource arn:aws:sns:eu-west-1:<account>:x/<account>',
    ],
    [
      'Condition StringEquals aws:SourceAccount 111122223333',
      'Condition StringEquals aws:SourceAccount <account>',
    ],
  ])('replaces the account of %s by a placeholder', (text, form) => {
    expect(toLineTemplate(text)).toBe(form);
  });

  it.each([
    'Principal.AWS 1111222233334',
    'Principal.AWS 11112222333',
    'Principal.AWS *',
    'Principal.AWS arn:aws:iam::111122223333:role/Reader',
    'Principal.AWS arn:aws:iam::111122223333:root/x',
    'Principal.AWS x111122223333',
    'Principal.Service 111122223333',
    'NotPrincipal.AWS 111122223333',
    'NotResource arn:aws:s3:::logs/111122223333',
    'Action 111122223333',
    'Resources 111122223333',
    'Conditional 111122223333',
    'Resource arn:aws:s3:::logs-111122223333',
    'Resource arn:aws:s3:::logs/111122223333-x',
    'Resource arn:aws:s3:::logs/111122223333/444455556666',
    'Resource arn:aws:s3:::logs',
  ])('keeps a line that is not part of a list of accounts: %s', (text) => {
    expect(toLineTemplate(text)).toBe(text);
  });
});

describe('formatDifference', () => {
  const lines = (count: number, element = 'Principal.AWS', widens?: 'yes' | 'maybe') =>
    Array.from({ length: count }, (_, index) => ({
      sign: '+' as const,
      text: `${element} ${111_122_223_300 + index}`,
      ...(widens === undefined ? {} : { widens }),
    }));
  const format = (each: readonly object[], kind: 'added' | 'changed' = 'changed') =>
    formatDifference([{ kind, label: 'Read', lines: each as ReturnType<typeof lines> }]).split('\n');

  it('prints up to twelve accounts one by one, and shortens a list of thirteen', () => {
    expect(format(lines(12))).toHaveLength(13);
    expect(format(lines(13))).toEqual([
      '~ Read',
      expect.stringMatching(
        /^ {4}\+ Principal\.AWS <account> for 13 accounts: 111122223300, (\d{12}, ){10}111122223311 … and 1 more$/,
      ),
    ]);
  });

  it('prints lines that widen access before other lines', () => {
    const [, first, ...others] = format([
      ...lines(12),
      ...lines(1, 'Resource'),
      ...lines(13, 'Resource', 'yes'),
    ]);

    expect(first).toMatch(/^ {4}! widens: \+ Resource <account> for 13 accounts: /);
    expect(others).toHaveLength(13);
  });

  it('prints unchanged lines first, then single changed lines, then shortened lists', () => {
    const text = format([
      { sign: ' ', text: 'Allow s3:GetObject' },
      ...lines(13),
      { sign: '+', text: 'Action x' },
    ]);

    expect(text.slice(0, 3)).toEqual(['~ Read', '      Allow s3:GetObject', '    + Action x']);
    expect(text).toHaveLength(4);
  });

  it('marks a statement as widening when it is new, and only its lines when it changed', () => {
    const head = (kind: 'added' | 'removed' | 'changed', widens?: 'yes' | 'maybe') =>
      formatDifference([{ kind, label: 'Read', ...(widens && { widens }), lines: [] }]);

    expect(head('added', 'yes')).toBe('+ Read  ! widens access');
    expect(head('removed', 'maybe')).toBe('- Read  ! may widen access');
    expect(head('added')).toBe('+ Read');
    expect(head('changed', 'yes')).toBe('~ Read');
  });

  const named = { names: (id: string) => (id === '111122223300' ? 'orders' : undefined) };

  it('prints the name of an account behind the line that has its id', () => {
    const text = formatDifference([{ kind: 'changed', label: 'Read', lines: lines(2) }], named);

    expect(text.split('\n').slice(1)).toEqual([
      '    + Principal.AWS 111122223300 (orders)',
      '    + Principal.AWS 111122223301',
    ]);
  });

  it('prints names and the option that shows all accounts when a list is folded', () => {
    const detail = { ...named, unfoldedBy: '--full' };
    const text = formatDifference([{ kind: 'changed', label: 'Read', lines: lines(13) }], detail);

    expect(text).toMatch(
      /for 13 accounts: orders \(111122223300\), 111122223301, .* … and 1 more; --full shows all$/,
    );
  });
});
