import fc from 'fast-check';
import type {
  Conditions,
  ConditionValue,
  OneOrMany,
  PolicyDocument,
  Principal,
  Statement,
} from '../../shared/iam/document.ts';
import type { AccessRequest } from '../../shared/iam/evaluate.ts';

export const insideIds = ['111122223333', '444455556666'];
const outsideId = '777788889999';
export const organizationId = 'o-exampleorgid';
const otherOrganizationId = 'o-otherorgid';

const accountId = fc.constantFrom(...insideIds, outsideId);

const awsPrincipal = fc.oneof(
  { weight: 4, arbitrary: accountId },
  { weight: 4, arbitrary: accountId.map((id) => `arn:aws:iam::${id}:root`) },
  { weight: 2, arbitrary: accountId.map((id) => `arn:aws:iam::${id}:role/teams/Reader`) },
  { weight: 1, arbitrary: fc.constantFrom('*', 'AROAEXAMPLEID') },
);

const service = fc.constantFrom('cloudtrail.amazonaws.com', 'config.amazonaws.com');

const oneOrMany = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<OneOrMany<T>> =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 4 }));

const principal: fc.Arbitrary<Principal> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('*' as const) },
  { weight: 4, arbitrary: fc.record({ AWS: oneOrMany(awsPrincipal) }) },
  { weight: 2, arbitrary: fc.record({ Service: oneOrMany(service) }) },
  { weight: 1, arbitrary: fc.record({ AWS: oneOrMany(awsPrincipal), Service: service }) },
);

const action = fc.constantFrom('s3:GetObject', 'S3:getobject', 's3:Get*', 's3:PutObject', 'kms:Decrypt', '*');

const resource = fc.oneof(
  fc.constantFrom(
    '*',
    'arn:aws:s3:::logs',
    'arn:aws:s3:::logs/*',
    'arn:aws:s3:::logs/${aws:PrincipalAccount}/*',
  ),
  accountId.map((id) => `arn:aws:s3:::logs/AWSLogs/${id}/*`),
  accountId.map((id) => `arn:aws:iam::${id}:role/Developer`),
);

const organization = fc.constantFrom(
  organizationId,
  organizationId,
  organizationId,
  otherOrganizationId,
  'o-*',
);

/** Operators of one family, with every prefix and suffix, the plain one most often. */
const operator = (...names: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom('', '', '', 'ForAnyValue:', 'ForAllValues:'),
      fc.constantFrom(...names),
      fc.constantFrom('', '', '', 'IfExists'),
    )
    .map((parts) => parts.join(''));

const condition = (
  operators: fc.Arbitrary<string>,
  keys: readonly string[],
  values: fc.Arbitrary<ConditionValue>,
): fc.Arbitrary<Conditions> =>
  fc
    .tuple(operators, fc.constantFrom(...keys), oneOrMany(values))
    .map(([name, key, value]) => ({ [name]: { [key]: value } }));

const texts = operator('StringEquals', 'StringLike', 'StringNotEquals', 'StringNotLike');
const arns = operator('ArnLike', 'ArnEquals', 'ArnNotLike', 'StringLike');

const oneCondition = fc.oneof(
  condition(texts, ['aws:PrincipalOrgID', 'aws:SourceOrgID'], organization),
  condition(texts, ['aws:PrincipalAccount', 'AWS:sourceaccount'], fc.oneof(accountId, fc.constant('*'))),
  condition(
    texts,
    ['aws:PrincipalOrgPaths', 'aws:SourceOrgPaths'],
    organization.map((id) => `${id}/r-ab12/*`),
  ),
  condition(
    arns,
    ['aws:SourceArn', 'kms:EncryptionContext:aws:cloudtrail:arn', 'aws:PrincipalArn'],
    fc.oneof(accountId, fc.constant('*')).map((id) => `arn:aws:cloudtrail:*:${id}:trail/*`),
  ),
  condition(operator('Bool'), ['aws:SecureTransport'], fc.constantFrom(true, false, 'true')),
  condition(fc.constant('Null'), ['aws:SourceArn', 'aws:PrincipalOrgID'], fc.boolean()),
  condition(operator('StringSoundsLike'), ['aws:username'], fc.constant('ann')),
);

const conditions = fc
  .array(oneCondition, { minLength: 1, maxLength: 3 })
  .map((list) => Object.assign({}, ...list));

const oneOf = <T extends object>(...choices: readonly fc.Arbitrary<T>[]) => fc.oneof(...choices);

export const statement: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom<Statement['Effect']>('Allow', 'Allow', 'Deny'),
    oneOf<Partial<Statement>>(
      principal.map((Principal) => ({ Principal })),
      principal.map((Principal) => ({ Principal })),
      principal.map((NotPrincipal) => ({ NotPrincipal })),
      fc.constant({}),
    ),
    oneOf<Partial<Statement>>(
      oneOrMany(action).map((Action) => ({ Action })),
      oneOrMany(action).map((NotAction) => ({ NotAction })),
    ),
    oneOf<Partial<Statement>>(
      oneOrMany(resource).map((Resource) => ({ Resource })),
      oneOrMany(resource).map((NotResource) => ({ NotResource })),
      fc.constant({}),
    ),
    oneOf<Partial<Statement>>(
      conditions.map((Condition) => ({ Condition })),
      fc.constant({}),
    ),
  )
  .map(([Effect, ...parts]) => Object.assign({ Effect }, ...parts));

/** An Allow that only its conditions can close. */
export const wideStatement: fc.Arbitrary<Statement> = fc.record({
  Effect: fc.constant('Allow' as const),
  Principal: fc.oneof(
    fc.constantFrom<Principal>('*', { AWS: '*' }),
    fc.record({ Service: fc.constant('cloudtrail.amazonaws.com') }),
  ),
  Action: fc.constant('*'),
  Condition: conditions,
});

/** A statement of strangers: any Sid but one of the installation `prod`. */
export const foreignStatement: fc.Arbitrary<Statement> = fc
  .tuple(
    statement,
    fc.constantFrom(
      undefined,
      '',
      'Legacy',
      'AccountOnboarding',
      'AccountOnboardingprod',
      'AccountOnboardingProdLogs',
      'AccountOnboardingprod2Logs',
      'AccountOnboardingtestLogs',
    ),
  )
  .map(([each, Sid]) => (Sid === undefined ? each : { ...each, Sid }));

export const documentOf = (statements: fc.Arbitrary<Statement>): fc.Arbitrary<PolicyDocument> =>
  fc
    .tuple(
      fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', undefined),
      fc.array(statements, { maxLength: 5 }),
    )
    .map(([Version, Statement]) => (Version === undefined ? { Statement } : { Version, Statement }));

const someContext = (values: Readonly<Record<string, string | readonly string[]>>) =>
  fc.subarray(Object.entries(values)).map((entries) => Object.fromEntries(entries));

const contextOf = (id: string, organization: string) =>
  someContext({
    'aws:PrincipalOrgID': organization,
    'aws:PrincipalOrgPaths': [`${organization}/r-ab12/ou-ab12-11111111/`],
    'aws:PrincipalAccount': id,
    'aws:PrincipalArn': `arn:aws:iam::${id}:role/teams/Reader`,
    'aws:SourceAccount': id,
    'aws:SourceArn': `arn:aws:cloudtrail:eu-central-1:${id}:trail/main`,
    'aws:SourceOrgID': organization,
    'aws:SourceOrgPaths': [`${organization}/r-ab12/ou-ab12-11111111/`],
    'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:eu-central-1:${id}:trail/main`,
    'aws:SecureTransport': 'true',
  });

const requestOf = (id: string, organization: string): fc.Arbitrary<AccessRequest> =>
  fc.record({
    principal: fc.oneof(
      fc.constantFrom('iam::{id}:role/teams/Reader', 'sts::{id}:assumed-role/Reader/run-1').map((arn) => ({
        type: 'AWS' as const,
        accountId: id,
        arn: `arn:aws:${arn.replace('{id}', id)}`,
      })),
      service.map((name) => ({ type: 'Service' as const, service: name })),
    ),
    action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'kms:Decrypt'),
    resource: fc.constantFrom(
      'arn:aws:s3:::logs',
      `arn:aws:s3:::logs/AWSLogs/${id}/x`,
      `arn:aws:s3:::logs/${id}/x`,
    ),
    context: contextOf(id, organization),
  });

/** A request by, or for, an account that nothing may be granted to. */
export const outsidersRequest = requestOf(outsideId, otherOrganizationId);

export const anyRequest = fc.oneof(...insideIds.map((id) => requestOf(id, organizationId)), outsidersRequest);
