import { expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  diffUnmanagedStatements,
  listUnmanagedStatements,
} from '../../shared/reconcile/unmanaged-changes.ts';

const one = { digest: '1', label: 'One' };
const two = { digest: '2', label: 'Two' };
const edited = { digest: '3', label: 'One' };

it.each([
  [[one, two], [two, one], []],
  [[one], [one, two], [{ kind: 'appeared', label: 'Two' }]],
  [[one, two], [two], [{ kind: 'vanished', label: 'One' }]],
  [[one], [edited], [{ kind: 'changed', label: 'One' }]],
  [
    [one],
    [two],
    [
      { kind: 'vanished', label: 'One' },
      { kind: 'appeared', label: 'Two' },
    ],
  ],
  [
    [one],
    [edited, { ...one, digest: '4' }],
    [
      { kind: 'changed', label: 'One' },
      { kind: 'appeared', label: 'One' },
    ],
  ],
  [
    [one, edited],
    [{ ...one, digest: '4' }],
    [
      { kind: 'changed', label: 'One' },
      { kind: 'vanished', label: 'One' },
    ],
  ],
  [
    [{ ...one, label: '' }],
    [{ ...two, label: '' }],
    [
      { kind: 'vanished', label: '' },
      { kind: 'appeared', label: '' },
    ],
  ],
  [
    [two, one],
    [],
    [
      { kind: 'vanished', label: 'One' },
      { kind: 'vanished', label: 'Two' },
    ],
  ],
])('finds the changes from %j to %j', (left, now, changes) => {
  expect(diffUnmanagedStatements(left, now)).toEqual(changes);
});

const statement = (Sid: string): Statement => ({ Sid, Effect: 'Allow', Action: 's3:GetObject' });
const kept = (...documents: readonly (readonly Statement[])[]) =>
  listUnmanagedStatements(
    Object.fromEntries(documents.map((Statement, index) => [`document${index}`, { Statement }])),
    'prod',
  );

it('shortens a label when it has more than 64 characters', () => {
  expect(kept([statement('x'.repeat(64))])[0]?.label).toBe('x'.repeat(64));
  expect(kept([statement('x'.repeat(65))])[0]?.label).toBe(`${'x'.repeat(63)}…`);
});

it('keeps a hundred labels when there are more statements', () => {
  const many = kept(Array.from({ length: 102 }, (_, index) => statement(`Sid${index}`)));

  expect(many.map(({ label }) => label !== '')).toEqual(
    Array.from({ length: 102 }, (_, index) => index < 100),
  );
});

it('orders statements by digest, and tells documents apart, when several documents have one statement', () => {
  const digests = kept([statement('A'), statement('B')], [statement('A')]).map(({ digest }) => digest);

  expect(new Set(digests).size).toBe(3);
  expect(digests).toEqual(digests.toSorted());
  expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(listUnmanagedStatements({ policy: undefined }, 'prod')).toEqual([]);
});
