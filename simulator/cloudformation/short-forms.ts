import type { CollectionTag, ScalarTag } from 'yaml';

const functions = [
  'Ref',
  'Condition',
  'And',
  'Equals',
  'FindInMap',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
];

/**
 * Tags for a YAML parser: the short forms of CloudFormation's functions, with a scalar or a sequence as their argument.
 * They become the long forms: `!Ref x` is `{ Ref: 'x' }`.
 * Source: "Intrinsic function reference", CloudFormation template reference.
 */
export const shortForms = functions.flatMap((name): (ScalarTag | CollectionTag)[] => {
  const tag = `!${name}`;
  const key = ['Ref', 'Condition'].includes(name) ? name : `Fn::${name}`;
  return [
    { tag, resolve: (value) => ({ [key]: value }) },
    { tag, collection: 'seq', resolve: (node) => ({ [key]: node.toJSON() }) },
  ];
});
