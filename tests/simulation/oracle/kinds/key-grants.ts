import type { SimulatedWorld } from '../../../../simulator/world.ts';
import type { Case, Reader } from '../reader.ts';
import type { Ref } from '../resources.ts';
import { keyGrantMark } from '../sids.ts';
import { allKeys, findableKeys, keyArn, keyPatterns, namedKeys } from './keys.ts';

/** Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes". */
const operations = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

const grantsOn = (world: SimulatedWorld, ref: Ref, mark: string) =>
  (world.grants.get(keyArn(ref)) ?? []).filter(({ name }) => name?.startsWith(mark) === true);

/** The service-linked role of Auto Scaling in the account. */
function granteeOf({ entry, subject }: Case): string {
  const suffix = 'customSuffix' in entry && entry.customSuffix !== undefined ? `_${entry.customSuffix}` : '';
  const path = 'role/aws-service-role/autoscaling.amazonaws.com';
  return `arn:aws:iam::${subject.id}:${path}/AWSServiceRoleForAutoScaling${suffix}`;
}

export const keyGrants: Reader = {
  named: namedKeys,
  patterns: keyPatterns,
  all: allKeys,
  findable: findableKeys,
  holdings: (world, ref, installation, grant) =>
    grantsOn(world, ref, keyGrantMark(installation, grant)).map(({ name = '' }) => ({
      mark: name,
      ids: [name.slice(-12)],
    })),
  has: (world, grantCase, installation, grant) => {
    const grants = grantsOn(world, grantCase.ref, keyGrantMark(installation, grant)).filter(
      ({ grantee, constraints }) => grantee === granteeOf(grantCase) && constraints === undefined,
    );
    const given = new Set<string>(grants.flatMap((each) => each.operations));
    if (operations.every((each) => given.has(each))) return 'everything';
    return given.size > 0 ? 'something' : 'nothing';
  },
  isFull: (world, ref, demands, { installation, limits }) => {
    const all = world.grants.get(keyArn(ref)) ?? [];
    const others = all.filter(({ name }) => name?.startsWith(keyGrantMark(installation)) !== true).length;
    return others + demands.flatMap(({ accountIds }) => accountIds).length > limits.grantsPerKey;
  },
  tooMuch: (world, grantCase, installation) =>
    grantsOn(world, grantCase.ref, keyGrantMark(installation, grantCase.entry.name))
      .filter(({ name }) => name?.endsWith(`/${grantCase.subject.id}`) === true)
      .flatMap(({ grantee, operations: given }) => [
        ...given.filter((each) => !operations.includes(each)).map((each) => `kms:${each} for ${grantee}`),
        ...(grantee === granteeOf(grantCase) || !grantee.startsWith('arn:')
          ? []
          : [`a grant for ${grantee}`]),
      ]),
};
