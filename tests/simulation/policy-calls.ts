import type { SimulatedCall } from '../../simulator/plugin.ts';

export const isWrite = ({ operation }: Pick<SimulatedCall, 'operation'>): boolean =>
  /^(Put|Set|Delete|Create|Update|Attach|Detach|Modify|Revoke|Retire|Tag|Untag|Start|Rotate)/.test(operation);

export const policyServices: ReadonlySet<string> = new Set([
  's3',
  'kms',
  'ecr',
  'secretsmanager',
  'iam',
  'ec2',
]);

/** Whether a call changes the subject of grants. */
export const isPolicyWrite = (call: Pick<SimulatedCall, 'service' | 'operation'>): boolean =>
  isWrite(call) && policyServices.has(call.service);

export const readKey = (call: Pick<SimulatedCall, 'caller' | 'service' | 'region' | 'input'>): string =>
  `${getSessionName(call)} ${getResourceArn(call)}`;

/** The id of the run that makes a call. */
export const getSessionName = ({ caller }: Pick<SimulatedCall, 'caller'>): string =>
  caller.sessionArn.split('/').at(-1) ?? '';

export const getResourceArn = ({
  service,
  region,
  input,
}: Pick<SimulatedCall, 'service' | 'region' | 'input'>): string => `${service} ${region} ${getTarget(input)}`;

/** The type prefix in the id of a call's resource, for a group's or role's policies. */
export const getTarget = (input: object): string => {
  const { Bucket, KeyId, ImageId, repositoryName, SecretId, RoleName, ...iam } = input as Readonly<
    Record<string, unknown>
  >;
  const group = iam.GroupName ?? iam.PolicyArn ?? iam.PolicyName;
  return String(
    Bucket ??
      KeyId ??
      ImageId ??
      repositoryName ??
      SecretId ??
      RoleName ??
      (group === undefined ? '' : 'group/'),
  );
};
