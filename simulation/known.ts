import { grantContext } from '../shared/configuration/context.ts';
import { PolicyTooLargeError } from '../shared/errors.ts';
import { resourceOf } from '../shared/grants/contract.ts';
import type { DesiredResource } from '../shared/plan/desired.ts';
import { changeLine } from '../shared/run/finish.ts';
import { unasked } from '../shared/run/unapproved.ts';
import type { ResourceChange } from '../shared/store/ports.ts';
import { simulatedServices } from '../simulator/simulated-services.ts';
import { type AccessFinding, accessFindings, desiredHere } from './access.ts';
import { madeAnew } from './counted.ts';
import { clashSid } from './marks.ts';
import { worldAccounts } from './members.ts';
import { placeOf } from './places.ts';
import type { Stage } from './play.ts';
import { documentOf } from './watch.ts';

/** What a run has left undone for a reason that is right, and lets alone until a person does something. */
export interface KnownStates {
  /** Keys of resources that cannot take all accounts that they are for. */
  readonly full: ReadonlySet<string>;
  /** Keys of resources that others have changed, so that a person must decide. */
  readonly contested: ReadonlySet<string>;
  /** Keys of resources from which so many accounts should go at once that a person must allow it. */
  readonly withheld: ReadonlySet<string>;
  /** Those of them on which newcomers wait too, since not all fit beside those whose removal is withheld. */
  readonly halted: ReadonlySet<string>;
  /** The lines that a record must have for them. */
  readonly lines: ReadonlySet<string>;
  /** What was left undone for a reason that is none. */
  readonly violations: readonly string[];
}

/** Looks at what the latest run has refused, and whether it was right to. */
export async function knownStates(stage: Stage): Promise<KnownStates> {
  const changes = await stage.inner.runs.changes(`run-${stage.executions()}`);
  const findings = await accessFindings(stage);
  const desired = desiredHere(stage, await worldAccounts(stage));
  const accepted: ResourceChange[] = [];
  const violations: string[] = [];
  for (const change of changes.filter(({ error }) => error !== undefined && error.name in reasons)) {
    const resource = desired.find(({ key }) => key === change.resource);
    const isRight = reasons[change.error?.name ?? ''] ?? never;
    if (await isRight(stage, { change, resource, findings })) accepted.push(change);
    else violations.push(`${change.resource} was left undone without reason: ${change.error?.message}`);
  }
  const keysOf = (...names: readonly string[]): ReadonlySet<string> =>
    new Set(accepted.flatMap(({ resource, error }) => (names.includes(error?.name ?? '') ? resource : [])));
  return {
    full: keysOf('PolicyTooLargeError'),
    withheld: keysOf('UnsafeChangeError'),
    halted: new Set(
      accepted.flatMap(({ resource, error, outcome }) =>
        error?.name === 'UnsafeChangeError' && outcome === 'refused' ? resource : [],
      ),
    ),
    contested: keysOf('ContestedError', 'OwnershipClashError'),
    lines: new Set([
      ...accepted.flatMap((change) => changeLine(change, [])),
      // Who waits by the registry; that everybody else has what is due is looked at by itself.
      ...(await unasked(stage.inner, Date.now())),
    ]),
    violations,
  };
}

interface Left {
  readonly change: ResourceChange;
  /** `undefined` for one that is dropped. */
  readonly resource: DesiredResource | undefined;
  readonly findings: readonly AccessFinding[];
}

type Reason = (stage: Stage, left: Left) => Promise<boolean>;

const never: Reason = async () => false;

/** Whether what stands in the world now, and the accounts as they are, do not go together. */
const isTooLarge: Reason = async (stage, { resource }) => {
  if (resource === undefined) return false;
  const { key, kind, ref, shares } = resource;
  const { organisation, configuration, inner } = stage;
  const context = grantContext(configuration);
  const services = simulatedServices(organisation, { store: inner, quick: true });
  const actual = await kind.read(services.aws('verdict', configuration).reader(ref), ref, context);
  const remembered = (await inner.resources.get(key))?.owned ?? [];
  try {
    kind.render({ ref, actual, shares, remembered, context });
    return false;
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return true;
    throw error;
  }
};

/** Whether AWS may have applied a write to a resource after everybody had given up on it. */
export const isAppliedLate = ({ faults }: Pick<Stage, 'faults'>, key: string): boolean =>
  [...faults.appliedLate].some((target) => resourceOf(key).id.includes(target));

/** What is taken for others' doing, and is none: a write of ours that was not finished, most likely. */
export async function falseDisputes(stage: Stage): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { key } of desiredHere(stage, await worldAccounts(stage))) {
    const { disputed } = (await stage.inner.resources.get(key)) ?? {};
    // Whoever writes on what was made anew before we do leaves it as if ours had been taken away.
    const { arn = '' } = placeOf(stage.organisation.world, resourceOf(key)) ?? {};
    if (disputed !== undefined && touches(stage, key) === 0 && !madeAnew.test(arn))
      found.push(
        `${key}: ${disputed.sids.join()} disputed since ${disputed.since}, though nobody has changed what is ours`,
      );
  }
  return found;
}

/**
 * How often others have changed what is ours, as far as anybody can tell: a write of our own that AWS has applied after
 * everybody had given up on it looks like theirs.
 */
function touches({ organisation, trespasses, faults }: Stage, key: string): number {
  const ref = resourceOf(key);
  const { arn = '' } = placeOf(organisation.world, ref) ?? {};
  const late = [...faults.appliedLate].filter((target) => ref.id.includes(target)).length;
  return (trespasses.times.get(arn) ?? 0) + 2 * late;
}

const isContested: Reason = async (stage, { change }) => touches(stage, change.resource) >= 2;

/** What AWS has applied to a resource after it was cleared bears our mark, and nobody remembers it. */
const isClashing: Reason = async (stage, { change, resource }) =>
  (resource === undefined && isAppliedLate(stage, change.resource)) || hasClash(stage, change);

const hasClash = ({ organisation }: Stage, change: ResourceChange): boolean =>
  documentOf(placeOf(organisation.world, resourceOf(change.resource))?.read()).Statement.some(
    ({ Sid }) => Sid === clashSid,
  );

/** More than the configuration's number would lose it, or would have when they began to wait; all of whom should. */
const isMassRemoval: Reason = async (stage, { change, findings }) => {
  const ids = removedBy(change);
  const here = findings.filter(
    ({ sort, resource }) => sort === 'names' && resource.startsWith(`${change.resource} `),
  );
  const going = new Set(here.map(({ id }) => id));
  const many = await withheldTogether(stage, change.resource);
  return ids.length > 0 && ids.every((id) => going.has(id) && many.has(id));
};

/** Accounts that any run would have taken from the resource together with more than a configuration's number. */
async function withheldTogether(stage: Stage, resource: string): Promise<ReadonlySet<string>> {
  const many = new Set<string>();
  const number = Math.min(...stage.inForce.all.map(({ safety }) => safety.removalCount));
  for (let run = 1; run <= stage.executions(); run += 1)
    for (const change of await stage.inner.runs.changes(`run-${run}`)) {
      const ids = change.resource === resource ? removedBy(change) : [];
      if (ids.length > number) for (const id of ids) many.add(id);
    }
  return many;
}

const removedBy = ({ error }: ResourceChange): readonly string[] => {
  const ids = error?.name === 'UnsafeChangeError' ? error.fields?.accountIds : undefined;
  return Array.isArray(ids) ? ids.map(String) : [];
};

const reasons: Readonly<Record<string, Reason>> = {
  PolicyTooLargeError: isTooLarge,
  ContestedError: isContested,
  OwnershipClashError: isClashing,
  UnsafeChangeError: isMassRemoval,
};
