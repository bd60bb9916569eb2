import type { ServiceCall } from '../call.ts';
import { iam } from '../services/iam.ts';
import { makeDigest } from '../world.ts';
import type { StackedResource } from './state.ts';

/** The account, the region and the caller that create a resource of a stack. */
export interface StackCall extends Omit<ServiceCall<object>, 'input'> {
  readonly stackName: string;
  readonly logicalId: string;
}

export type Made = Pick<StackedResource, 'physicalId' | 'attributes' | 'remove'>;

/** One call of IAM, and the call that undoes it. */
export interface Step {
  readonly operation: string;
  readonly input: object;
  readonly undo: readonly [operation: string, input: object];
}

/**
 * Makes all calls in order. If one fails, undoes the calls before it.
 * @returns a function that undoes all calls
 */
export function takeSteps(call: StackCall, steps: readonly Step[]): () => void {
  const taken: Step[] = [];
  try {
    for (const step of steps) {
      callIam(call, step.operation, step.input);
      taken.push(step);
    }
  } catch (error) {
    takeBack(call, taken);
    throw error;
  }
  return () => takeBack(call, taken);
}

export function takeBack(call: StackCall, steps: readonly Step[]): void {
  for (const { undo } of steps.toReversed()) ignoreAbsence(() => callIam(call, ...undo));
}

/** Calls an operation of IAM directly, without a client. */
export function callIam({ world, caller, region }: StackCall, operation: string, input: object): void {
  iam[operation]?.({ world, caller, region, input });
}

/**
 * Ignores the error for a resource that does not exist: CloudFormation also succeeds if a resource to delete is already
 * gone.
 */
export function ignoreAbsence(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchEntityException') throw error;
  }
}

/** The name that CloudFormation gives to a resource without a name in the template ("AWS::IAM::Role", RoleName). */
export const nameOf = ({ stackName, logicalId }: StackCall): string =>
  `${stackName}-${logicalId}-${makeDigest(`${stackName}/${logicalId}`, 12)}`;

export const arnOf = ({ world, caller }: StackCall, type: string, path: string, name: string): string =>
  `arn:${world.settings.partition}:iam::${caller.accountId}:${type}${path}${name}`;
