import { createAwsError } from '../../../simulator/aws-error.ts';
import type { SimulatedCall } from '../../../simulator/plugin.ts';
import { central } from '../central-accounts.ts';
import { refOf } from '../oracle/resources.ts';
import type { Draw } from '../random.ts';
import type { Action } from './action.ts';
import type { Denials } from './context.ts';

interface Denial {
  readonly accountId: string;
  readonly service: string;
  readonly calls: 'all' | 'reads' | 'writes';
  readonly byOrganization: boolean;
  readonly until: number;
}

/** The services' names of the error (API references, "Common errors"). */
const names: Readonly<Record<string, string>> = {
  s3: 'AccessDenied',
  kms: 'AccessDeniedException',
  ecr: 'AccessDeniedException',
  secretsmanager: 'AccessDeniedException',
  iam: 'AccessDenied',
  ec2: 'UnauthorizedOperation',
};

/** The service of each grant kind's resources. */
const services: Readonly<Record<string, string>> = {
  's3-bucket-policy': 's3',
  'kms-key-policy': 'kms',
  'kms-grant': 'kms',
  'ecr-repository-policy': 'ecr',
  'secret-resource-policy': 'secretsmanager',
  'assume-role-permission': 'iam',
  'role-trust-policy': 'iam',
  'ami-launch-permission': 'ec2',
};

/** The account and the service of a resource with grants, or any. */
function drawTarget(draw: Draw, keys: readonly string[]): Pick<Denial, 'accountId' | 'service'> {
  if (keys.length === 0 || draw.chance(0.2))
    return { accountId: draw.pick(Object.values(central)), service: draw.pick(Object.keys(names)) };
  const { kind, accountId } = refOf(draw.pick(keys));
  return { accountId, service: services[kind] ?? 's3' };
}

const reads = /^(Get|List|Describe)/;

export function createDenials(): Denials {
  let all: readonly Denial[] = [];
  const isDenied = ({ accountId, service, operation }: SimulatedCall, denial: Denial): boolean =>
    denial.accountId === accountId &&
    denial.service === service &&
    Date.now() < denial.until &&
    (denial.calls === 'all' || (denial.calls === 'reads') === reads.test(operation));
  return {
    // The denial is cached like an answer: later callers get a rejected promise.
    interceptor: async (call, proceed) => {
      const denial = all.find((each) => isDenied(call, each));
      if (denial === undefined) return proceed();
      throw createAwsError(names[call.service] ?? 'AccessDenied', messageOf(call, denial), 403);
    },
    begin: (draw, keys) => {
      const denial: Denial = {
        ...drawTarget(draw, keys),
        calls: draw.pick(['all', 'reads', 'reads', 'writes'] as const),
        byOrganization: draw.chance(0.4),
        until: Date.now() + draw.between(1_000, 600_000),
      };
      all = [...all, denial];
      return `${denial.service} in ${denial.accountId}`;
    },
    stop: () => {
      all = [];
    },
  };
}

/** IAM user guide, "Troubleshoot access denied error messages". */
const messageOf = ({ caller, service, operation }: SimulatedCall, { byOrganization }: Denial): string =>
  `User: ${caller.sessionArn} is not authorized to perform: ${service}:${operation} ` +
  (byOrganization
    ? 'with an explicit deny in a service control policy'
    : 'because no identity-based policy allows the action');

/**
 * A platform team removes a permission from the role of a central account, or an SCP denies it. Later the permission
 * returns.
 */
export const deny: Action = ({ denials, draw, history, named }) =>
  void history.push(`denied: ${denials.begin(draw, named)}`);
