import type { ContextValues } from '../../shared/iam/request.ts';
import { type Denial, findDenial } from '../permissions.ts';
import { findServiceAssumeDenial } from '../service-principals.ts';
import { toRoleCaller } from '../sessions.ts';
import type { Caller, SimulatedWorld } from '../world.ts';

/** An AWS service that acts for a deployed resource. */
export interface Actor {
  /** The service principal, such as `events.amazonaws.com`. */
  readonly service: string;
  /** ARN of the resource for which the service acts, such as a rule. */
  readonly sourceArn: string;
  /** The role that the service assumes. Absent if the service calls as its own service principal. */
  readonly roleArn?: string | undefined;
}

export interface CallOnBehalf {
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: string;
  readonly context?: ContextValues;
}

/** The caller that the service has become, or why it cannot assume the role. */
export type Assumed = { readonly caller: Caller } | { readonly denial: string };

/** Makes the service a caller: with a session of the role, or as its own service principal. */
export function assume(world: SimulatedWorld, { service, sourceArn, roleArn }: Actor): Assumed {
  if (roleArn === undefined)
    return {
      caller: {
        type: 'service',
        accountId: accountOf(sourceArn),
        roleArn: service,
        sessionArn: service,
        roleId: service,
        sourceArn,
      },
    };
  const role = world.roles.get(roleArn);
  if (role === undefined) return { denial: `The role ${roleArn} does not exist` };
  const sessionName = service.split('.')[0] ?? service;
  const denial = findServiceAssumeDenial(world, role, { service, sourceArn, sessionName });
  return denial === undefined ? { caller: toRoleCaller(world, role, sessionName) } : { denial };
}

/** Why AWS refuses a call of a service. `undefined` if AWS allows the call. */
export function findDenialOnBehalf(world: SimulatedWorld, actor: Actor, call: CallOnBehalf): Denial {
  const assumed = assume(world, actor);
  if ('denial' in assumed) return assumed.denial;
  const { action, resource, context = {} } = call;
  const isArn = resource.startsWith('arn:');
  const resourcePolicy = world.deployed.policies.get(resource);
  return findDenial(world, assumed.caller, {
    action,
    resource,
    resourceAccount: isArn ? accountOf(resource) : assumed.caller.accountId,
    region: regionOf(isArn ? resource : actor.sourceArn),
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    context,
  });
}

export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';
