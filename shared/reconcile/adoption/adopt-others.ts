import { getGrantContext } from '../../configuration/context.ts';
import {
  formatResourceKey,
  type GrantContext,
  type GrantKind,
  type ResourceRef,
} from '../../grants/contract.ts';
import { grantKinds } from '../../grants/kinds.ts';
import { coversResource } from '../../iam/coverage.ts';
import { toErrorRecord } from '../../platform/errors.ts';
import { getPartitionFacts } from '../../platform/partitions.ts';
import type { OverallPlan } from '../plan-all.ts';
import type { Services } from '../services.ts';
import { type AdoptedResource, createProofContext, joinDocuments } from './adopt-all.ts';
import { adoptResource } from './adopt-resource.ts';

/** A resource that an ARN may name. */
export interface NamedResource {
  readonly kind: GrantKind;
  readonly ref: ResourceRef;
  /** The name of the central account. */
  readonly centralAccount: string;
}

/**
 * The resources of central accounts that an ARN may name. Several if the ARN names no account, as the ARN of a bucket.
 * Empty if no grant kind has such a resource. Pure.
 */
export function findNamedResources(arn: string, context: GrantContext): readonly NamedResource[] {
  const [, , , regionOfArn = '', accountOfArn = '', ...rest] = arn.split(':');
  const ids = listPossibleIds(rest.join(':'));
  const iamRegion = getPartitionFacts(context.partition).iamRegion;
  return Object.entries(context.centralAccounts)
    .filter(([, { id }]) => accountOfArn === '' || accountOfArn === id)
    .flatMap(([centralAccount, { id: accountId, region }]) =>
      grantKinds
        .filter(({ withoutStatements }) => withoutStatements !== undefined)
        .flatMap((kind) =>
          ids.map((id) => {
            const own = kind.resourceType === 'role' ? iamRegion : region;
            const ref = { kind: kind.name, accountId, region: regionOfArn || own, id };
            return { kind, ref, centralAccount };
          }),
        ),
    )
    .filter(({ kind, ref }) => kind.listArns(ref, context).some((pattern) => coversResource(pattern, arn)));
}

/** `name`, `type/name` and `type:name` may each be an id. The ARN of a secret ends in six random characters. */
function listPossibleIds(text: string): readonly string[] {
  const names = [text, text.replace(/^[^/:]*[/:]/, '')];
  return [...new Set([...names, ...names.map((name) => name.replace(/-[A-Za-z0-9]{6}$/, ''))])];
}

interface OthersRequest {
  readonly runId: string;
  readonly plan: Pick<OverallPlan, 'active' | 'accounts'>;
  readonly resources: readonly NamedResource[];
}

/** Proposes grants for a resource that the configuration does not name. The first resource that can be read counts. */
export async function adoptOther(
  services: Services,
  { runId, plan: { active, accounts }, resources }: OthersRequest,
): Promise<readonly AdoptedResource[]> {
  const { configuration } = active;
  const context = getGrantContext(configuration);
  let failed: readonly AdoptedResource[] = [];
  for (const { kind, ref, centralAccount } of resources) {
    const head = { key: formatResourceKey(ref), ref, kind, centralAccount };
    try {
      const clients = services.aws(runId, configuration).getReader(ref);
      const document = joinDocuments(kind.toDocuments(await kind.read(clients, ref, context)));
      const proof = createProofContext({ configuration, accounts }, { kind, ref }, document);
      return [{ ...head, ...adoptResource({ ...proof, centralAccount, document, managed: [] }) }];
    } catch (error) {
      failed = [{ ...head, proposals: [], statements: [], error: toErrorRecord(error) }];
    }
  }
  return failed;
}
