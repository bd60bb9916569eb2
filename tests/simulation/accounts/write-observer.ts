import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import type { Faults } from '../faults.ts';
import { findExcessAfter, findExcessBefore } from '../limits.ts';
import { isSidOf } from '../oracle/orphaned-statements.ts';
import { documentOf, type Statement } from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { isPolicyWrite } from '../policy-calls.ts';
import { findPolicyResourceOfCall, type PolicyResource } from '../policy-resources.ts';
import { epoch } from '../time.ts';
import type { ActiveConfigurations } from './active-configurations.ts';
import { findCallReach, findStatementReach, type MayNotBeNamed } from './reach.ts';
import { observeUnmanagedPolicies, type UnmanagedPolicies } from './unmanaged-policies.ts';

/** A violation of a promise. */
export interface Violation {
  /** Milliseconds of simulated time since the beginning. */
  readonly at: number;
  readonly what: string;
}

export interface WriteObserver extends Pick<UnmanagedPolicies, 'left' | 'lostEdits' | 'edited'> {
  readonly interceptor: Interceptor;
  readonly violations: Violation[];
  /** Policy writes that took effect. */
  readonly writes: () => number;
}

interface WriteObserverOptions {
  readonly organization: SimulatedOrganization;
  readonly inForce: ActiveConfigurations;
  readonly faults: Faults;
  readonly mayNotBeNamed: MayNotBeNamed;
  readonly now: () => number;
  /** A write has changed the resource, which had this policy before. @returns the violations */
  readonly onWrite: (
    place: PolicyResource,
    before: string | undefined,
    call: SimulatedCall,
  ) => Promise<readonly string[]>;
}

/** Checks each write at the moment it takes effect. */
export function observeWrites(options: WriteObserverOptions): WriteObserver {
  const { organization, inForce, faults, mayNotBeNamed, now, onWrite } = options;
  const { installation } = inForce.now;
  const { world } = organization;
  const violations: Violation[] = [];
  const unmanaged = observeUnmanagedPolicies({ installation, faults, now });
  let writes = 0;
  const violated = (what: string | undefined): void => {
    if (what !== undefined) violations.push({ at: now() - epoch, what });
  };

  const interceptor: Interceptor = (call, proceed) =>
    isPolicyWrite(call) ? watched(call, proceed) : proceed();

  const watched: Interceptor = async (call, proceed) => {
    const limits = inForce.atWork().map((each) => each.limits);
    violated(findExcessBefore(call, limits));
    const resource = findPolicyResourceOfCall(world, call);
    const before = resource?.read();
    const output = await proceed();
    writes += 1;
    violated(findExcessAfter(call, world, limits));
    for (const what of findCallReach(call, mayNotBeNamed)) violated(what);
    if (resource === undefined) return output;
    violated(unmanaged.check(call, resource, before));
    for (const statement of ours(resource.read()))
      for (const what of findStatementReach(statement, call, mayNotBeNamed)) violated(what);
    if (inForce.all.length > 1) checkGrants(call, resource, before);
    for (const what of await onWrite(resource, before, call)) violated(what);
    return output;
  };

  const ours = (text: string | undefined): readonly Statement[] =>
    documentOf(text).Statement.filter(({ Sid }) => isManaged(Sid, installation));

  const checkGrants = (
    { operation }: SimulatedCall,
    { read }: PolicyResource,
    before: string | undefined,
  ): void => {
    const sids = new Set(ours(before).map(({ Sid }) => Sid));
    for (const { Sid } of ours(read()))
      if (!sids.has(Sid) && !isSidOf(Sid ?? '', inForce.atWork()))
        violated(`${operation} adds ${Sid}, which is of no grant of a configuration at work`);
  };

  const { left, lostEdits, edited } = unmanaged;
  return { interceptor, violations, writes: () => writes, left, lostEdits, edited };
}
