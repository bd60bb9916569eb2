import { expect, it } from '@jest/globals';
import { diffPolicies } from '../../shared/iam/difference.ts';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { listManagedStatements } from '../../shared/iam/managed-statements.ts';

const allow = (more: Partial<Statement>): Statement => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 'a:B',
  ...more,
});
const policy = (...Statement: Statement[]): PolicyDocument => ({ Statement });

const kinds = (before: Statement, after: Statement) =>
  diffPolicies(policy(before), policy(after)).map(({ kind }) => kind);

it('names the Sid in a difference when the statement has one', () => {
  const [named] = diffPolicies(undefined, policy(allow({ Sid: 'Read' })));
  const [nameless] = diffPolicies(undefined, policy(allow({})));

  expect(named).toMatchObject({ sid: 'Read', label: 'Read' });
  expect(nameless).not.toHaveProperty('sid');
});

it.each<[string, Partial<Statement>, Partial<Statement>]>([
  ['they have an action in common beside others', { Action: ['a:B', 'a:C'] }, { Action: ['A:b', 'a:D'] }],
  ['they have one Sid and nothing else in common', { Sid: 'S' }, { Sid: 'S', Effect: 'Deny', Action: 'c:D' }],
  ['an empty Sid stands for none', { Sid: '' }, { Resource: 'x' }],
])('matches two statements when %s', (_, before, after) => {
  expect(kinds(allow(before), allow(after))).toEqual(['changed']);
});

it.each<[string, Partial<Statement>, Partial<Statement>]>([
  ['they have no action in common', { Action: 'a:B' }, { Action: 'a:C' }],
  ['their effects differ', {}, { Effect: 'Deny' }],
  ['only one has a Sid', {}, { Sid: 'S' }],
  ['only the other has a Sid', { Sid: 'S' }, {}],
  ['their Sids differ', { Sid: 'S' }, { Sid: 'T' }],
  ['both Sids are empty and nothing is in common', { Sid: '' }, { Sid: '', Action: 'c:D' }],
])('matches no statements when %s', (_, before, after) => {
  expect(kinds(allow(before), allow(after)).toSorted()).toEqual(['added', 'removed']);
});

it('returns no managed statements when there is no document', () => {
  expect(listManagedStatements(undefined, 'test')).toEqual([]);
});
