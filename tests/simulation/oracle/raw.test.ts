import { expect, it } from '@jest/globals';
import type { Entry } from './entry.ts';
import { rawProbes } from './raw.ts';
import { allows } from './requests.ts';

const id = '555566667777';
const resource = 'arn:aws:ecr:eu-west-1:444455556666:repository/base/node';

const entry = {
  name: 'raw',
  kind: 'ecr-repository-policy',
  preset: 'raw',
  statements: [
    { part: 'look', Principal: { AWS: '{accountRoots}' }, Action: ['ecr:DescribeImages', 'ecr:ListImages'] },
    { part: 'functions', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'ecr:BatchGetImage' },
  ],
} as unknown as Entry;

const probes = rawProbes(
  {
    entry,
    ref: { kind: 'ecr-repository-policy', accountId: '444455556666', region: 'eu-west-1', id: 'base/node' },
    subject: { id, parentIds: ['r-root'] },
    organizationId: 'o-exampleorg1',
  },
  { resource, source: 'lambda:function:any', refused: ['ecr:BatchGetImage'] },
);

const readStatement = (account: string) => ({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: ['ecr:DescribeImages', 'ecr:ListImages'],
});

const functions = (condition: object) => ({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'ecr:BatchGetImage',
  Condition: { StringEquals: { ...condition } },
});

const judged = (Statement: readonly ReturnType<typeof readStatement | typeof functions>[]) => {
  const document = { Version: '2012-10-17', Statement };
  const count = (requests: typeof probes.allowed) =>
    requests.filter((request) => allows(document, request)).length;
  return { allowed: count(probes.allowed), exceeding: count(probes.refused) };
};

it('reads raw statements as granted when they name the account in each position', () => {
  expect(probes.allowed).toHaveLength(3);
  expect(judged([readStatement(id), functions({ 'aws:SourceAccount': id })])).toEqual({
    allowed: 3,
    exceeding: 0,
  });
});

it('reads raw statements as not granted when they name another account in one position', () => {
  expect(judged([readStatement('666677778888'), functions({ 'aws:SourceAccount': id })])).toEqual({
    allowed: 1,
    exceeding: 0,
  });
});

it('reports raw statements as too wide when no condition limits the service to one account', () => {
  expect(judged([readStatement(id), functions({})])).toEqual({ allowed: 3, exceeding: 1 });
});
