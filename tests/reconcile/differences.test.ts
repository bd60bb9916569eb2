import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { diffDocuments, filterConcerning, mentions } from '../../shared/reconcile/differences.ts';

const [one, two, three] = ['111122223333', '222233334444', '333344445555'] as const;

const statement = (Sid: string, accounts: readonly string[], more: Partial<Statement> = {}): Statement => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS: accounts },
  Action: 's3:GetObject',
  ...more,
});

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

const labels = (differences: readonly { readonly label: string }[]) => differences.map(({ label }) => label);

describe('documentsDifference', () => {
  it('finds no difference when the documents mean the same or do not exist', () => {
    const same = policy(statement('Read', [one]));

    expect(diffDocuments({ policy: same }, { policy: structuredClone(same) })).toEqual([]);
    expect(diffDocuments()).toEqual([]);
    expect(diffDocuments({ policy: null }, {})).toEqual([]);
  });

  it('compares documents by name, also when a document exists before or after only', () => {
    const before = { b: policy(statement('OnlyBefore', [one])), both: policy(statement('Same', [one])) };
    const after = {
      a: policy(statement('OnlyAfter', [one])),
      both: policy(statement('Same', [one])),
      b: null,
    };

    const difference = diffDocuments(before, after);

    expect(difference.map(({ kind, label }) => [kind, label])).toEqual([
      ['added', 'OnlyAfter'],
      ['removed', 'OnlyBefore'],
    ]);
  });

  it('lists lines that widen access first, even if they come from a later document', () => {
    const difference = diffDocuments(
      { a: policy(statement('Narrower', [one])), b: policy() },
      { a: policy(), b: policy(statement('Wider', [one])) },
    );

    expect(labels(difference)).toEqual(['Wider', 'Narrower']);
  });

  it('orders documents by name when no change widens access', () => {
    const empty = { b: policy(), a: policy() };
    const full = { b: policy(statement('InB', [one])), a: policy(statement('InA', [one])) };

    expect(labels(diffDocuments(empty, full))).toEqual(['InA', 'InB']);
  });
});

describe('mentions', () => {
  const changed = diffDocuments(
    { policy: policy(statement('Read', [one, two])) },
    { policy: policy(statement('Read', [one, three])) },
  );

  it('returns true when a line of a difference names one of the accounts', () => {
    expect(mentions(changed, two)).toBe(true);
    expect(mentions(changed, '999988887777', three)).toBe(true);
  });

  it('returns false when no line names an account, or the line about the account is unchanged', () => {
    expect(mentions(changed, one)).toBe(false);
    expect(mentions(changed)).toBe(false);
    expect(mentions([], two)).toBe(false);
  });

  it('returns false when only an unchanged context line names the account', () => {
    const lines = [{ sign: ' ' as const, text: `Allow ${one}` }];

    expect(mentions([{ kind: 'changed', label: 'Read', lines }], one)).toBe(false);
  });
});

describe('concerning', () => {
  it('keeps only the asked account in a changed list of accounts, and keeps all other lines', () => {
    const difference = filterConcerning(
      diffDocuments(
        { policy: policy(statement('Read', [])) },
        { policy: policy(statement('Read', [one, two], { Action: ['s3:GetObject', 's3:PutObject'] })) },
      ),
      one,
    );

    const texts = difference.flatMap(({ lines }) => lines.map(({ text }) => text));
    expect(texts).toContain(`Principal.AWS ${one}`);
    expect(texts).not.toContain(`Principal.AWS ${two}`);
    expect(texts).toContain('Action s3:PutObject');
  });

  it('leaves out a statement when it gives access to other accounts only', () => {
    const added = diffDocuments(
      { policy: policy(statement('Read', [one])) },
      { policy: policy(statement('Read', [one, two])) },
    );

    expect(filterConcerning(added, one)).toEqual([]);
    expect(labels(filterConcerning(added, two))).toEqual(['Read']);
  });

  it('keeps a statement when it widens access in another way than by an account', () => {
    const wider = diffDocuments(
      { policy: policy(statement('Read', [two])) },
      { policy: policy(statement('Read', [two], { Action: 's3:*' })) },
    );
    const narrower = diffDocuments(
      { policy: policy(statement('Read', [two], { Action: ['s3:GetObject', 's3:PutObject'] })) },
      { policy: policy(statement('Read', [two])) },
    );

    expect(labels(filterConcerning(wider, one))).toEqual(['Read']);
    expect(filterConcerning(narrower, one)).toEqual([]);
  });
});
