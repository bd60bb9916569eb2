import fc from 'fast-check';
import type { Conditions, Many } from '../shapes.ts';
import { home, organizationId, other, outside, roleArn, userArn } from './world.ts';

type Wanted = string | number | boolean;

const many = (...values: readonly Wanted[]): fc.Arbitrary<Many<Wanted>> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }) },
  );

/** An operator with its set prefix and its suffix, the plain one most often. */
const operator = (...names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', '', '', '', 'ForAllValues:', 'ForAnyValue:'),
      fc.constantFrom(...names),
      fc.constantFrom('', '', '', 'IfExists'),
    )
    .map((parts) => parts.join(''));

const equality = ['StringEquals', 'StringNotEquals'];
const texts = [
  'StringEquals',
  'StringEquals',
  'StringLike',
  'StringNotEquals',
  'StringNotLike',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
];
const arns = ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'];
const comparisons = (kind: string): readonly string[] =>
  ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
    (name) => `${kind}${name}`,
  );

/** A key with the operators that suit it, and values near those of the requests. */
const rows: readonly (readonly [string, readonly string[], readonly Wanted[]])[] = [
  ['aws:PrincipalTag/team', texts, ['orders', 'Orders', 'ord*', '?lice', '${aws:username}', 'billing']],
  [
    's3:prefix',
    texts,
    [
      'home/*',
      "home/${aws:PrincipalTag/team, 'alice'}",
      'home/${aws:username}',
      'home/',
      '',
      '${aws:PrincipalTag/team}',
    ],
  ],
  [
    'sts:ExternalId',
    texts,
    ["${aws:PrincipalTag/team, 'Ext-1'}", 'Ext-1', 'EXT-1', 'Ext-?', '${*}', 'ext-${$}'],
  ],
  ['AWS:tagkeys', texts, ['team', 'cost', 't*', 'owner']],
  ['aws:MultiFactorAuthPresent', ['Bool'], ['true', 'false', true, false]],
  ['aws:MultiFactorAuthAge', comparisons('Numeric'), ['60', 59.5, '3600', 100]],
  ['s3:max-keys', comparisons('Numeric'), ['10', 10, '9.99', '-1']],
  [
    'aws:CurrentTime',
    comparisons('Date'),
    ['2026-05-01T10:00:00Z', '2026-05-01T05:00:00-05:00', '2027-01-01T00:00:00Z', '1777629600'],
  ],
  ['aws:EpochTime', comparisons('Date'), ['2026-05-01T10:00:00Z', '1777629600', '2026-05-01T05:00:00-05:00']],
  ['aws:EpochTime', comparisons('Numeric'), ['1777629600', '1777629601']],
  ['aws:SourceIp', ['IpAddress', 'IpAddress', 'NotIpAddress'], addresses()],
  ['aws:SourceVpcArn', arns, vpcs()],
  ['aws:SecureTransport', ['Bool'], ['true', 'false', false]],
  ['aws:ViaAWSService', ['Bool'], ['true', 'false']],
  ['aws:PrincipalArn', [...arns, 'StringEquals', 'StringLike'], callers()],
  ['aws:PrincipalAccount', equality, [home, other, outside, `\${aws:PrincipalTag/team, '${home}'}`]],
  ['aws:PrincipalOrgID', texts, [organizationId, 'o-*', 'o-otherorgid', '${aws:ResourceOrgID}']],
  ['aws:PrincipalOrgPaths', texts, [`${organizationId}/*`, `${organizationId}/r-ab12/ou-ab12-11111111/*`]],
  ['aws:principaltype', equality, ['AssumedRole', 'User', 'Account']],
  ['aws:PrincipalIsAWSService', ['Bool'], ['true', 'false']],
  [
    'aws:PrincipalServiceName',
    texts,
    ['cloudtrail.amazonaws.com', 'config.amazonaws.com', '*.amazonaws.com'],
  ],
  ['aws:SourceAccount', equality, [home, other, '${aws:ResourceAccount}']],
  [
    'aws:SourceArn',
    arns,
    [`arn:aws:cloudtrail:*:${home}:trail/*`, `arn:aws:cloudtrail:*:${other}:trail/main`],
  ],
  ['aws:SourceOrgID', equality, [organizationId, '${aws:ResourceOrgID}']],
  ['aws:username', texts, ['alice', 'Alice', 'a*', 'bob']],
  ['aws:ResourceAccount', equality, [home, other, '${aws:PrincipalAccount}']],
  ['aws:ResourceOrgID', equality, [organizationId, '${aws:PrincipalOrgID}', 'o-otherorgid']],
  [
    'aws:RequestedRegion',
    texts,
    ["${aws:PrincipalTag/team, 'eu-central-1'}", 'eu-central-1', 'eu-*', 'us-east-1'],
  ],
];

function addresses(): readonly string[] {
  return [
    '203.0.113.0/24',
    '203.0.113.7',
    '198.51.100.0/31',
    '198.51.100.0/31',
    '2001:DB8:1234:5678::/64',
    '0.0.0.0/0',
    '::/0',
  ];
}

function vpcs(): readonly string[] {
  const arn = 'arn:aws:ec2';
  return [
    `${arn}:*:${home}:vpc/*`,
    `${arn}:eu-*:*:vpc/vpc-?`,
    `${arn}:*:${home}:vpc/vpc-1`,
    `${arn}:*:*:vpc/\${aws:username}`,
  ];
}

function callers(): readonly string[] {
  return [
    roleArn(home),
    userArn(home),
    `arn:aws:iam::${home}:role/*`,
    `arn:aws:iam::${home}:root`,
    `arn:aws:iam::*:*/*`,
  ];
}

const condition: fc.Arbitrary<Conditions> = fc.constantFrom(...rows).chain(([key, names, wanted]) =>
  fc.record({ operator: operator(...names), wanted: many(...wanted) }).map(({ operator, wanted }) => ({
    [operator]: { [key]: wanted },
  })),
);

const nullCheck: fc.Arbitrary<Conditions> = fc
  .tuple(
    fc.constantFrom(
      'aws:PrincipalTag/team',
      'sts:ExternalId',
      'aws:MultiFactorAuthAge',
      'aws:SourceAccount',
      'aws:username',
      'aws:PrincipalOrgID',
      'aws:PrincipalServiceName',
    ),
    fc.constantFrom('true', 'false', true, false),
  )
  .map(([key, wanted]) => ({ Null: { [key]: wanted } }));

/** No condition most often, and two at most. Two with one operator are two keys of it. */
export const conditions: fc.Arbitrary<Conditions | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 5, arbitrary: condition },
  { weight: 1, arbitrary: nullCheck },
  {
    weight: 1,
    arbitrary: fc.tuple(condition, fc.oneof(condition, nullCheck)).map(([one, two]) => merged(one, two)),
  },
);

const merged = (one: Conditions, two: Conditions): Conditions =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(two)])].map((name) => [
      name,
      { ...one[name], ...two[name] },
    ]),
  );
