import type { SimulatedDeployment } from '../../../simulator/app-config-state.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import type { Violation } from '../accounts/write-observer.ts';
import { type DeployRequestObserver, observeDeployRequests } from './deploy-request-observer.ts';
import { isOurStart, readDeploymentStart } from './deployment-starts.ts';
import { planted } from './scenario.ts';
import { observeUnheardStarts } from './unheard-starts.ts';

export interface RotationObserver {
  /** Next to the world: sees what takes effect. */
  readonly inner: Interceptor;
  /** Outermost: sees what the caller hears. */
  readonly outer: Interceptor;
  readonly violations: Violation[];
  /** How many deployments were started so far; of those, starts whose answer nobody heard, and second starts. */
  counts(): { readonly starts: number; readonly ambiguous: number; readonly doubled: number };
  /** A person has asked for the deployment of a secret, so that what was deployed may be deployed again. */
  asked(): void;
  readonly wishes: DeployRequestObserver;
  /** This run was asked for what does not exist, so it must fail. */
  mustFail(runId: string): void;
  readonly mustHaveFailed: readonly string[];
  /** Nothing of a value may be in it. */
  look(what: string, shown: unknown): void;
}

/** A request that nobody waits for any more takes effect within this time, or not at all. */
const longestDelay = 45_000;

/** Looks at each start of a deployment at the moment it takes effect, and at all that is shown of secrets. */
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
    // A version that is there already: where its first start was not answered, and could not be seen.
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
