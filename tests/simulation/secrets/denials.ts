import { createAwsError } from '../../../simulator/aws-error.ts';
import { type Action, minute, sleep } from './action.ts';
import type { RotationContext } from './context.ts';

/** For some time the hub is denied access to a secret. */
export const deny: Action = async ({ organization, draw, denials }, { arn }) => {
  const stop = organization.intercept(async ({ operation, input, caller }, proceed) => {
    const { SecretId } = input as { readonly SecretId?: string };
    const isDenied = operation === 'DescribeSecret' && SecretId === arn && isHub(caller.sessionArn);
    if (isDenied) throw createAwsError('AccessDeniedException', 'It is not allowed for the moment', 403);
    return proceed();
  });
  denials.push(arn);
  await sleep(draw.between(10, 60) * minute);
  stop();
};

const isHub = (sessionArn: string): boolean =>
  !sessionArn.includes('/rotation-function/') && !sessionArn.includes('/others/');

/** The scheduled check reports once that it cannot read a secret, not each time. */
export function findDenialViolations({
  secrets,
  denials,
  organization: { world },
}: RotationContext): readonly string[] {
  const events = world.putEvents.map(({ Detail }): Told => JSON.parse(String(Detail)));
  return secrets.flatMap(({ arn }) => {
    const looks = events.filter(
      ({ cause, unresolved = [] }) => cause === 'scheduled' && unresolved.some(isDenialOf(arn)),
    );
    const runs = new Set(looks.map(({ runId }) => runId)).size;
    const times = denials.filter((each) => each === arn).length;
    return runs <= times
      ? []
      : [`the clock told ${runs} times that ${arn} was denied, which was news ${times} times`];
  });
}

interface Told {
  readonly runId?: string;
  readonly cause?: string;
  readonly unresolved?: readonly string[];
}

const isDenialOf =
  (arn: string) =>
  (line: string): boolean =>
    line.startsWith(`${arn}: AccessDeniedError`);
