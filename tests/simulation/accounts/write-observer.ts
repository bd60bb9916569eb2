import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import type { Faults } from '../faults.ts';
import { findExcessAfter, findExcessBefore } from '../limits.ts';
import { isSidOf } from '../oracle/orphaned-statements.ts';
import {
  accountsNamed,
  type Document,
  documentOf,
  list,
  meaningOf,
  type Statement,
} from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { isPolicyWrite, readKey } from '../policy-calls.ts';
import { findPolicyResourceOfCall, type PolicyResource } from '../policy-resources.ts';
import { epoch } from '../time.ts';
import type { ActiveConfigurations } from './active-configurations.ts';

/** Something that one of the promises excludes. */
export interface Violation {
  /** Milliseconds of simulated time since the beginning. */
  readonly at: number;
  readonly what: string;
}

export interface WriteObserver {
  readonly interceptor: Interceptor;
  readonly violations: Violation[];
  /** Policy writes that took effect. */
  readonly writes: () => number;
  /** Edits of outsiders between a run's last read and its write: the window that AWS leaves. */
  readonly lostEdits: () => number;
  /** What is not ours, as others last left it, by ARN; where an edit was lost, what stands there. */
  readonly left: Map<string, Document>;
  /** An outsider has just edited the resource. */
  edited(place: PolicyResource): void;
}

interface WriteObserverOptions {
  readonly organization: SimulatedOrganization;
  readonly inForce: ActiveConfigurations;
  readonly faults: Faults;
  /** Why nothing of ours may be for an account; `undefined` where it may. */
  readonly mayNotBeNamed: (id: string) => string | undefined;
  readonly now: () => number;
  /** A write has changed the resource, which had this policy before. @returns what is wrong with that */
  readonly onWrite: (
    place: PolicyResource,
    before: string | undefined,
    call: SimulatedCall,
  ) => Promise<readonly string[]>;
}

/** Looks at each write at the moment it takes effect. */
export function observeWrites(options: WriteObserverOptions): WriteObserver {
  const { organization, inForce, faults, mayNotBeNamed, now, onWrite } = options;
  const { installation } = inForce.now;
  const { world } = organization;
  const violations: Violation[] = [];
  const left = new Map<string, Document>();
  const editedAt = new Map<string, number>();
  let writes = 0;
  let lostEdits = 0;
  const violated = (what: string | undefined): void => {
    if (what !== undefined) violations.push({ at: now() - epoch, what });
  };

  const interceptor: Interceptor = (call, proceed) =>
    isPolicyWrite(call) ? watched(call, proceed) : proceed();

  const watched: Interceptor = async (call, proceed) => {
    const limits = inForce.atWork().map((each) => each.limits);
    violated(findExcessBefore(call, limits));
    const place = findPolicyResourceOfCall(world, call);
    const before = place?.read();
    const output = await proceed();
    writes += 1;
    violated(findExcessAfter(call, world, limits));
    for (const id of idsGivenTo(call)) checkNamed(id, call.operation);
    if (givesRolesOfAnybody(call)) violated(`${call.operation} is about roles of any account`);
    if (place === undefined) return output;
    checkForeign(call, place, before);
    for (const statement of statements(place.read(), true)) checkReach(statement, call);
    if (inForce.all.length > 1) checkGrants(call, place, before);
    for (const what of await onWrite(place, before, call)) violated(what);
    return output;
  };

  const statements = (text: string | undefined, ours: boolean): readonly Statement[] =>
    documentOf(text).Statement.filter(({ Sid }) => isManaged(Sid, installation) === ours);

  const foreign = (text: string | undefined): Document => ({
    ...documentOf(text),
    Statement: statements(text, false),
  });

  const checkForeign = (
    call: SimulatedCall,
    { arn, read }: PolicyResource,
    before: string | undefined,
  ): void => {
    const after = read();
    if (meaningOf(foreign(before)) === meaningOf(foreign(after))) return;
    // A run that was never shown the policy has no excuse.
    const readAt = faults.readAt.get(readKey(call)) ?? Number.POSITIVE_INFINITY;
    // Another attempt of its run may have read since.
    if ((editedAt.get(arn) ?? 0) >= readAt || faults.isLate(call)) {
      lostEdits += 1;
      left.set(arn, foreign(after));
    } else violated(`${call.operation} on ${arn} changed what is not ours`);
  };

  const checkGrants = (
    { operation }: SimulatedCall,
    { read }: PolicyResource,
    before: string | undefined,
  ): void => {
    const sids = new Set(statements(before, true).map(({ Sid }) => Sid));
    for (const { Sid } of statements(read(), true))
      if (!sids.has(Sid) && !isSidOf(Sid ?? '', inForce.atWork()))
        violated(`${operation} adds ${Sid}, which is of no grant of a configuration at work`);
  };

  const checkReach = ({ Resource: _, ...statement }: Statement, call: SimulatedCall): void => {
    const { Sid, Principal, Condition } = statement;
    const where = `${call.operation}: ${Sid}`;
    const names = typeof Principal === 'object' && Principal !== null ? list(Principal.AWS ?? []) : [];
    if (
      Principal === '*' ||
      (names.includes('*') && !JSON.stringify(Condition ?? {}).includes('PrincipalOrg'))
    )
      violated(`${where} is open to everybody`);
    for (const id of accountsNamed(statement)) checkNamed(id, where);
  };

  const checkNamed = (id: string, where: string): void => {
    const why = mayNotBeNamed(id);
    if (why !== undefined) violated(`${where} names ${id}, which ${why}`);
  };

  return {
    interceptor,
    violations,
    writes: () => writes,
    lostEdits: () => lostEdits,
    left,
    edited: ({ arn, read }) => {
      editedAt.set(arn, now());
      left.set(arn, foreign(read()));
    },
  };
}

/** Accounts that a call gives something to which is no statement of a resource's policy. */
function idsGivenTo({ operation, input }: SimulatedCall): ReadonlySet<string> {
  const { GranteePrincipal, LaunchPermission, PolicyDocument } = input as Readonly<Record<string, unknown>>;
  const given: Readonly<Record<string, unknown>> = {
    CreateGrant: GranteePrincipal,
    ModifyImageAttribute: (LaunchPermission as { readonly Add?: unknown } | undefined)?.Add,
    CreatePolicy: PolicyDocument,
    CreatePolicyVersion: PolicyDocument,
  };
  return new Set(JSON.stringify(given[operation] ?? '').match(/(?<!\d)\d{12}(?!\d)/g));
}

/** Whether a managed policy names roles of accounts that neither the ARN nor a condition says. */
const givesRolesOfAnybody = ({ operation, input }: SimulatedCall): boolean =>
  operation.startsWith('CreatePolicy') &&
  documentOf((input as { readonly PolicyDocument?: string }).PolicyDocument).Statement.some(
    ({ Resource = '*', Condition = {} }) =>
      list(Resource).some((arn) => !/:\d{12}:/.test(arn)) &&
      !/aws:Resource(Org|Account)/.test(JSON.stringify(Condition)),
  );
