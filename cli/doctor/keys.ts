import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { getStackKeyArn } from '../../shared/configuration/stack-options.ts';
import type { DoctorContext, Prerequisite, Problem } from './prerequisite.ts';

/** Without this key, no function can read the table. */
export const stackKeyPrerequisite: Prerequisite = {
  name: 'key of the stacks',
  needs: ['credentials'],
  check: (context) => findKeyProblems(context, getStackKey(context), 'encrypts the table'),
  fix: (context) => describeKeyCommand(context, getStackKey(context)),
};

/** Without this key, no run can announce its result on the topic. */
export const topicKeyPrerequisite: Prerequisite = {
  name: 'key of the topic',
  needs: ['topic'],
  check: (context) => findKeyProblems(context, getTopicKey(context), 'encrypts the topic'),
  fix: (context) => describeKeyCommand(context, getTopicKey(context)),
};

const getStackKey = ({ configuration, installation }: DoctorContext): string | undefined =>
  getStackKeyArn(configuration, installation.region);

const getTopicKey = ({ configuration }: DoctorContext): string | undefined =>
  configuration.notifications?.key;

const describeKeyCommand = ({ installation }: DoctorContext, key = ''): string =>
  `aws kms describe-key --key-id ${key} --region ${installation.region}`;

/**
 * KMS encrypts and decrypts nothing with a key that is not enabled (KMS developer guide, "Key states of AWS KMS keys").
 */
async function findKeyProblems(
  { installation: { kms, region } }: DoctorContext,
  key: string | undefined,
  use: string,
): Promise<readonly Problem[]> {
  if (key === undefined) return [];
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
  const state = KeyMetadata?.KeyState;
  if (state === 'Enabled') return [];
  const enable = `aws kms enable-key --key-id ${key} --region ${region}`;
  const fix =
    state === 'PendingDeletion'
      ? `aws kms cancel-key-deletion --key-id ${key} --region ${region}, then ${enable}`
      : enable;
  return [{ message: `the key ${key}, which ${use}, has the state ${state}`, fix }];
}
