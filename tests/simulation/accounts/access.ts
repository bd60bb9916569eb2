import { type Expected, expected, patternPlaces, type Situation } from '../oracle/expected.ts';
import { cells, hasAll } from '../oracle/findings.ts';
import { findOrphanedStatements } from '../oracle/orphaned-statements.ts';
import { refOf } from '../oracle/resources.ts';
import { findPolicyResource } from '../policy-resources.ts';
import type { SimulationContext } from './context.ts';
import { getSituation } from './situation.ts';

/** An account that lacks access on a resource, or has access that it should not have. */
export interface AccessFinding {
  readonly id: string;
  /** The resource's key, a space, and the grant or the mark. */
  readonly resource: string;
  readonly key: string;
  readonly grant: string;
  /** Of the policy, if there is one. */
  readonly arn: string | undefined;
  /** Whether a configuration names the resource itself, without a pattern. */
  readonly named: boolean;
  /** For access without a grant: whether the resource has no grant at all. Otherwise absent. */
  readonly dropped?: boolean;
  readonly sort: 'lacks' | 'names' | 'exceeds';
  readonly what: string;
}

/** Compares the world with the access that the configuration's grants give to the present accounts. */
export async function findAccessFindings(stage: SimulationContext): Promise<readonly AccessFinding[]> {
  const situation = await getSituation(stage);
  const rows = expected(situation);
  const findings = cells(situation, rows).map((cell) => {
    const more = cell.detail === undefined ? '' : `: ${cell.detail}`;
    return finding(stage, { ...cell, more });
  });
  return [...findings, ...strayFindings(stage, situation, rows)];
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
  // In accounts and regions of patterns, it may have matched until a moment ago.
  const places = patternPlaces(stage.configuration);
  return findOrphanedStatements(situation, rows).flatMap(({ key, mark, ids, dropped }) => {
    const named = stage.named.includes(key) && !places.has(key.split('/').slice(0, 3).join('/'));
    // A condition names no accounts.
    const whom = ids.length === 0 ? ['the organization'] : ids;
    return whom.map((id) => finding(stage, { id, key, grant: mark, named, dropped, sort: 'names' }));
  });
}

/**
 * Whether an account that lacks the grant's statement on a resource can use the access anyway, such as by statements
 * under the grant's former name.
 */
export const isServed = async (
  stage: SimulationContext,
  { id, key, grant }: AccessFinding,
): Promise<boolean> => hasAll(await getSituation(stage), { id, key, grant });
