import { type Expected, expected, patternPlaces, type Situation } from '../oracle/expected.ts';
import { cells, hasAll } from '../oracle/findings.ts';
import { findOrphanedStatements } from '../oracle/orphaned-statements.ts';
import { refOf } from '../oracle/resources.ts';
import { findPolicyResource } from '../policy-resources.ts';
import type { SimulationContext } from './context.ts';
import { getSituation } from './situation.ts';

/** An account that has not what it should have on a resource, or has what it should not have. */
export interface AccessFinding {
  readonly id: string;
  /** The resource's key, a space, and the grant or the mark. */
  readonly resource: string;
  readonly key: string;
  readonly grant: string;
  /** Of the policy, where there is one. */
  readonly arn: string | undefined;
  /** Whether a configuration names the resource, not only by a pattern. */
  readonly named: boolean;
  /** Of what no grant answers for: whether none is for the resource at all. Absent for all others. */
  readonly dropped?: boolean;
  readonly sort: 'lacks' | 'names' | 'exceeds';
  readonly what: string;
}

/** Compares what stands in the world with what each grant of the configuration gives to the accounts as they are. */
export async function findAccessFindings(stage: SimulationContext): Promise<readonly AccessFinding[]> {
  const situation = await getSituation(stage);
  const rows = expected(situation);
  const found = cells(situation, rows).map((cell) => {
    const more = cell.detail === undefined ? '' : `: ${cell.detail}`;
    return finding(stage, { ...cell, more });
  });
  return [...found, ...strayFindings(stage, situation, rows)];
}

type Bare = Omit<AccessFinding, 'what' | 'resource' | 'arn'> & { readonly more?: string };

function finding(stage: SimulationContext, { more = '', ...bare }: Bare): AccessFinding {
  const { key, grant, sort, id } = bare;
  const resource = `${key} (${grant})`;
  const arn = findPolicyResource(stage.organization.world, refOf(key))?.arn;
  return { ...bare, resource, arn, what: `${resource} ${sort} ${id}${more}` };
}

/** Managed statements that belong to no grant of the configuration there, with the accounts that they name. */
function strayFindings(
  stage: SimulationContext,
  situation: Situation,
  rows: readonly Expected[],
): readonly AccessFinding[] {
  // Where patterns look, it may have been matched until a moment ago.
  const places = patternPlaces(stage.configuration);
  return findOrphanedStatements(situation, rows).flatMap(({ key, mark, ids, dropped }) => {
    const named = stage.named.includes(key) && !places.has(key.split('/').slice(0, 3).join('/'));
    // What a condition lets in names nobody.
    const whom = ids.length === 0 ? ['the organization'] : ids;
    return whom.map((id) => finding(stage, { id, key, grant: mark, named, dropped, sort: 'names' }));
  });
}

/**
 * Whether an account that is not on a resource by a grant can do all the same what that gives, such as by statements that
 * the grant had under its former name.
 */
export const isServed = async (
  stage: SimulationContext,
  { id, key, grant }: AccessFinding,
): Promise<boolean> => hasAll(await getSituation(stage), { id, key, grant });
