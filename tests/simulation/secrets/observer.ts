import type { SimulatedDeployment } from '../../../simulator/app-config-state.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import type { Violation } from '../accounts/write-observer.ts';
import { type DeployRequestObserver, observeDeployRequests } from './deploy-request-observer.ts';
import { isOurStart, readDeploymentStart } from './deployment-starts.ts';
import { planted } from './scenario.ts';
import { observeUnheardStarts } from './unheard-starts.ts';

export interface RotationObserver {
  /** Nearest to the world: sees effects. */
  readonly inner: Interceptor;
  /** Outermost: sees the answers that the caller gets. */
  readonly outer: Interceptor;
  readonly violations: Violation[];
  /** Number of started deployments; among them, starts with a lost answer, and second starts. */
  counts(): { readonly starts: number; readonly ambiguous: number; readonly doubled: number };
  /** An operator has requested the deployment of a secret, so a deployed version may be deployed again. */
  asked(): void;
  readonly wishes: DeployRequestObserver;
  /** This run was requested for a missing version, so it must fail. */
  mustFail(runId: string): void;
  readonly mustHaveFailed: readonly string[];
  /** It must not contain any part of a value. */
  look(what: string, shown: unknown): void;
}

/** A request whose caller has given up takes effect within this time, or not at all. */
const longestDelay = 45_000;

/** Checks each start of a deployment at the moment it takes effect, and all visible texts about secrets. */
export function observeRotations(organization: SimulatedOrganization, now: () => number): RotationObserver {
  const violations: Violation[] = [];
  let starts = 0;
  let doubled = 0;
  const unheard = observeUnheardStarts();
  const mustHaveFailed: string[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;
  const violated = (what: string): void => void violations.push({ at: now(), what });
  const wishes = observeDeployRequests(organization.world, violated);

  const inner: Interceptor = async (call, proceed) => {
    if (!isOurStart(call)) return proceed();
    const before = latestOf(organization, call);
    const answer = await proceed();
    wishes.starts(readDeploymentStart(call));
    starts += 1;
    if (before === undefined || before.version !== readDeploymentStart(call).version) return answer;
    // A version that is deployed already: allowed if the answer of its first start was lost, and it could not be seen.
    const isHosted = before.profile.locationUri === 'hosted';
    if (before.undone !== undefined || (before.startedAt < askedAt && !isHosted)) return answer;
    doubled += 1;
    const where = `${before.version} of ${before.profile.name} was started twice`;
    if (!unheard.has(call)) violated(`${where}, without an answer that never came`);
    else if (Date.now() - before.startedAt > longestDelay)
      violated(`${where}, though it was there to be seen`);
    return answer;
  };

  return {
    inner,
    outer: unheard.interceptor,
    violations,
    counts: () => ({ starts, ambiguous: unheard.count(), doubled }),
    wishes,
    mustFail: (runId) => void mustHaveFailed.push(runId),
    mustHaveFailed,
    asked: () => {
      askedAt = Date.now();
    },
    look: (what, shown) => {
      const text = JSON.stringify(shown, withErrors);
      if (text?.includes(planted)) violated(`${what} shows a value: ${text.slice(0, 200)}`);
    },
  };
}

/** The newest deployment of the same profile in the same environment. */
const latestOf = (
  organization: SimulatedOrganization,
  call: SimulatedCall,
): SimulatedDeployment | undefined =>
  deploymentsOf(organization, call).findLast(
    ({ profile }) => profile.id === readDeploymentStart(call).profile,
  );

function deploymentsOf(
  { world }: SimulatedOrganization,
  call: SimulatedCall,
): readonly SimulatedDeployment[] {
  const { application, environment } = readDeploymentStart(call);
  return world.appConfig.applications.get(application)?.environments.get(environment)?.deployments ?? [];
}

/** Errors with their messages, stacks and causes, as a logger would write them. */
const withErrors = (_: string, value: unknown): unknown =>
  value instanceof Error
    ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
