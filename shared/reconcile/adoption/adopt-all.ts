import { getGrantContext } from '../../configuration/context.ts';
import type { GrantKind, ResourceRef } from '../../grants/contract.ts';
import { currentVersion, type PolicyDocument, type Statement } from '../../iam/document.ts';
import { listManagedStatements } from '../../iam/managed-statements.ts';
import type { Account } from '../../platform/account.ts';
import type { ErrorRecord } from '../../platform/errors.ts';
import type { DesiredResource } from '../desired-resource.ts';
import { getCentralAccountName } from '../desired-resources.ts';
import { createOrganizationFacts } from '../organization-facts.ts';
import type { OverallPlan } from '../plan-all.ts';
import { type ReadResource, toNextDocuments } from '../read-and-plan.ts';
import { adoptResource, type ResourceAdoption } from './adopt-resource.ts';
import type { ProofContext } from './proof.ts';
import { listSenders } from './senders.ts';

/** What adoption found for one resource: whether grants can replace its unmanaged statements. */
export interface AdoptedResource extends ResourceAdoption {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  readonly centralAccount: string;
  /** Why the resource could not be read or planned. Then no grant is proposed for it. */
  readonly error?: ErrorRecord;
}

const nothing: ResourceAdoption = { proposals: [], statements: [] };

/** Proposes grants that can replace the unmanaged statements of the resources in a plan. Pure. */
export const adoptAll = ({ active, accounts, resources }: OverallPlan): readonly AdoptedResource[] =>
  resources
    .filter(({ desired: { kind } }) => kind.policyKind !== 'identity')
    .map((resource): AdoptedResource => {
      const { key, ref, kind } = resource.desired;
      const { configuration } = active;
      const centralAccount = getCentralAccountName(resource.desired, configuration) ?? '';
      const head = { key, ref, kind, centralAccount };
      if (resource.actual === undefined || resource.plan === undefined)
        return { ...head, ...nothing, ...(resource.error && { error: resource.error }) };
      const document = joinDocuments(resource.actual);
      const managed = listPlannedStatements(resource, configuration.installation);
      const proof = createProofContext({ configuration, accounts }, resource.desired, document);
      return { ...head, ...adoptResource({ ...proof, centralAccount, document, managed }) };
    });

/** Joins all documents of a resource to one document. */
export const joinDocuments = (
  documents: Readonly<Record<string, PolicyDocument | undefined>>,
): PolicyDocument => {
  const [first, ...others] = Object.values(documents).filter((document) => document !== undefined);
  if (first === undefined) return { Version: currentVersion, Statement: [] };
  return { ...first, Statement: [first, ...others].flatMap(({ Statement }) => Statement) };
};

/** The managed statements that the resource will have after the plan was applied. */
const listPlannedStatements = (
  { desired, plan }: ReadResource,
  installation: string,
): readonly Statement[] =>
  plan === undefined
    ? []
    : Object.values(toNextDocuments(desired, plan)).flatMap((document) =>
        listManagedStatements(document, installation),
      );

export function createProofContext(
  {
    configuration,
    accounts,
  }: Pick<OverallPlan['active'], 'configuration'> & { accounts: readonly Account[] },
  { kind, ref }: Pick<DesiredResource, 'kind' | 'ref'>,
  document: PolicyDocument,
): ProofContext {
  return {
    kind,
    ref,
    accounts,
    context: getGrantContext(configuration),
    senders: listSenders(document.Statement, accounts, configuration.organization.id),
    facts: createOrganizationFacts(configuration, accounts),
  };
}
