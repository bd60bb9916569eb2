import { expect, it } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
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
])('returns the unmanaged changes from %j to %j', (left, now, changes) => {
  expect(diffUnmanagedStatements(left, now)).toEqual(changes);
});

it('reports a change of the version or the id of a policy once, and none when it came or went with its statements', () => {
  const head = (digest: string) => ({ digest, label: 'Version or Id of the policy' });

  expect(diffUnmanagedStatements([one, head('h')], [one, head('i')])).toEqual([
    { kind: 'changed', label: 'Version or Id of the policy' },
  ]);
  expect(diffUnmanagedStatements([one, head('h')], [])).toEqual([{ kind: 'vanished', label: 'One' }]);
});

const statement = (Sid: string): Statement => ({ Sid, Effect: 'Allow', Action: 's3:GetObject' });
const kept = (...documents: readonly (readonly Statement[])[]) =>
  listUnmanagedStatements(
    Object.fromEntries(documents.map((Statement, index) => [`document${index}`, { Statement }])),
    'prod',
  );

it('shortens a label when it has more than 64 characters', () => {
  const labels = (Sid: string) => kept([statement(Sid)]).map(({ label }) => label);

  expect(labels('x'.repeat(64))).toContain('x'.repeat(64));
  expect(labels('x'.repeat(65))).toContain(`${'x'.repeat(63)}…`);
});

it('keeps a hundred labels when there are more statements', () => {
  const many = kept(Array.from({ length: 102 }, (_, index) => statement(`Sid${index}`)));

  expect(many).toHaveLength(103);
  expect(many.filter(({ label }) => label === '')).toHaveLength(2);
  expect(many.map(({ label }) => label)).toContain('Version or Id of the policy');
});

it('orders statements by digest, and separates documents, when several documents have one statement', () => {
  const digests = kept([statement('A'), statement('B')], [statement('A')]).map(({ digest }) => digest);

  // Three statements and the heads of two documents.
  expect(new Set(digests).size).toBe(5);
  expect(digests).toEqual(digests.toSorted());
  expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(listUnmanagedStatements({ policy: undefined }, 'prod')).toEqual([]);
});

it('distinguishes the version and the id of documents with unmanaged statements, and ignores them in other documents', () => {
  const one = { Version: '2012-10-17' as const, Statement: [statement('A')] };
  const managed = { ...statement('AccountOnboardingprodLogsRead') };
  const digestsOf = (policy: PolicyDocument) =>
    listUnmanagedStatements({ policy }, 'prod')
      .map(({ digest }) => digest)
      .join();
  const all = [one, { ...one, Version: '2008-10-17' as const }, { ...one, Id: 'x' }].map(digestsOf);

  expect(new Set(all).size).toBe(3);
  expect(digestsOf({ ...one, Statement: [managed], Id: 'x' })).toBe('');
});
