import { suggestWord } from '../shared/configuration/messages.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { findNearestWord } from '../shared/platform/nearest-name.ts';
import type { OverallPlan, ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { formatCount } from './output.ts';
import { splitResourceKey } from './run-report.ts';
import { UsageError } from './usage-error.ts';

/** Options that choose which resources of a plan are shown. */
export interface PlanScope {
  readonly grant?: string;
  readonly resource?: string;
}

export const isScoped = ({ grant, resource }: PlanScope): boolean =>
  grant !== undefined || resource !== undefined;

/** @throws UsageError before anything is read, if the configuration has no grant with this name */
export function requireGrant({ grants }: Configuration, { grant }: PlanScope): void {
  const names = grants.map(({ name }) => name);
  if (grant === undefined || names.includes(grant)) return;
  throw new UsageError(
    `--grant ${grant}: the configuration has no grant of this name${suggestWord(findNearestWord(grant, names))}`,
  );
}

/**
 * The plan with only those resources that the options choose. Each resource keeps all its changes, so that no new
 * access is hidden.
 * @throws UsageError if the plan has no resource with the given name
 */
export function choosePlanned(plan: OverallPlan, { grant, resource }: PlanScope): OverallPlan {
  if (resource !== undefined) requireResource(plan, resource);
  return {
    ...plan,
    resources: plan.resources.filter(
      (snapshot) =>
        (resource === undefined || isNamed(snapshot, resource)) &&
        (grant === undefined || snapshot.desired.shares.some(({ entry }) => entry.name === grant)),
    ),
  };
}

/** A warning that the options hide resources of the plan. Empty if nothing is hidden. */
export function listScopeWarnings(
  whole: OverallPlan,
  shown: OverallPlan,
  scope: PlanScope,
): readonly string[] {
  if (!isScoped(scope)) return [];
  const options = [
    ['--grant', scope.grant],
    ['--resource', scope.resource],
  ]
    .filter(([, value]) => value !== undefined)
    .map((option) => option.join(' '));
  return [
    `${options.join(' ')} shows ${shown.resources.length} of the ${formatCount(whole.resources.length, 'resource')} of the plan`,
  ];
}

const isNamed = ({ desired: { key } }: ResourceSnapshot, name: string): boolean =>
  key === name || splitResourceKey(key).id === name;

function requireResource({ resources, accountId }: OverallPlan, name: string): void {
  if (resources.some((snapshot) => isNamed(snapshot, name))) return;
  const names = resources.flatMap(({ desired: { key } }) => [splitResourceKey(key).id, key]);
  const scope = accountId === undefined ? '' : ` for account ${accountId}`;
  const nearest = suggestWord(findNearestWord(name, names));
  throw new UsageError(
    `--resource ${name}: the plan${scope} has no resource with this id or KIND/ACCOUNT/REGION/ID${nearest}`,
  );
}
