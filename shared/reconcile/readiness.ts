import {
  type AccessStatus,
  accessStatuses,
  type Readiness,
  type Ready,
  type SignInGuide,
} from '../store/readiness.ts';
import type { AccessResult } from './access-result.ts';

/**
 * Summarizes an account's accesses: whether the account is ready. `undefined` if it has no access, because then it
 * needs nothing. Pure.
 */
export function computeReadiness(results: readonly AccessResult[]): Readiness | undefined {
  if (results.length === 0) return undefined;
  const statuses = new Set(results.map(({ status }) => status));
  const signIns = listSignIns(results);
  return {
    ready: getReady(statuses),
    counts: countStatuses(results),
    reasons: listReasons(results),
    ...(signIns.length === 0 ? {} : { signIns }),
  };
}

/**
 * How many sign-in guides a result has at most. More would not fit into the state of a state machine or into a message
 * (256 KiB each).
 */
const maxSignIns = 20;

/**
 * One sign-in guide for each role of people, for a run about one account. A run about many accounts has none, because
 * the guides would not fit into a message.
 */
function listSignIns(results: readonly AccessResult[]): readonly SignInGuide[] {
  if (new Set(results.map(({ accountId }) => accountId)).size !== 1) return [];
  const guides = results.flatMap(({ signIn }) => signIn ?? []);
  return [...new Map(guides.map((guide) => [guide.roleArn, guide])).values()].slice(0, maxSignIns);
}

/**
 * `true` if every access is verified. `false` if an access is denied, or its role is still missing (`pending`).
 * Otherwise `unproven`.
 */
function getReady(statuses: ReadonlySet<AccessStatus>): Ready {
  if (statuses.has('denied') || statuses.has('pending')) return false;
  return statuses.size === 1 && statuses.has('verified') ? true : 'unproven';
}

const countStatuses = (results: readonly AccessResult[]): Readiness['counts'] =>
  Object.fromEntries(
    accessStatuses
      .map((status) => [status, results.filter((result) => result.status === status).length] as const)
      .filter(([, count]) => count > 0),
  );

/**
 * The readiness after a run that failed. What the run could not finish may concern every access, so `true` becomes
 * `unproven`.
 */
export function withoutProof(readiness: Readiness | undefined, reason: string): Readiness | undefined {
  if (readiness === undefined) return undefined;
  const { signIns: _, ...rest } = readiness;
  return rest.ready === true ? { ...rest, ready: 'unproven', reasons: [reason] } : rest;
}

/** From the worst to the least bad. */
const reported = ['denied', 'pending', 'unknown', 'central-only'] as const satisfies readonly AccessStatus[];

/** How many accesses a line names at most. */
const maxNamed = 3;

/** One line for each status and cause, with the accesses that have it. */
const listReasons = (results: readonly AccessResult[]): readonly string[] =>
  reported.flatMap((status) => {
    const here = results.filter((result) => result.status === status);
    return [...Map.groupBy(here, ({ reason = '' }) => reason)].map(([reason, group]) =>
      formatGroup(status, reason, group),
    );
  });

function formatGroup(status: AccessStatus, reason: string, group: readonly AccessResult[]): string {
  const accesses = group.map(({ who, what }) => `${who} ${what}`);
  const more = accesses.length - maxNamed;
  const named = accesses.slice(0, maxNamed).join('; ') + (more > 0 ? `; and ${more} more` : '');
  return `${nameStatus(status)} (${group.length}): ${reason}. Affected: ${named}`;
}

/** A status in words: `central only` for `central-only`. */
const nameStatus = (status: AccessStatus): string => status.replace('-', ' ');

/**
 * One line about readiness. It begins with `Ready:` only if every access is verified: `Ready: 15 accesses verified`.
 */
export function formatReadiness({ ready, counts }: Readiness): string {
  const title = { true: 'Ready', false: 'Not ready', unproven: 'Unproven' }[`${ready}`];
  return `${title}: ${formatCounts(counts)}`;
}

/** `12 of 15 accesses verified, 3 central only` */
export function formatCounts(counts: Readiness['counts']): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { verified = 0, ...others } = counts;
  const first = `${verified === all ? '' : `${verified} of `}${all} ${all === 1 ? 'access' : 'accesses'} verified`;
  const rest = reported.flatMap((status) => {
    const count = others[status];
    return count === undefined ? [] : [`${count} ${nameStatus(status)}`];
  });
  return [first, ...rest].join(', ');
}
