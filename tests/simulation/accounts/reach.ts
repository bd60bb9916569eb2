import type { SimulatedCall } from '../../../simulator/plugin.ts';
import { accountsNamed, documentOf, list, type Statement } from '../oracle/policies.ts';

/** Why no managed statement may be for an account. `undefined` if one may. */
export type MayNotBeNamed = (id: string) => string | undefined;

/** Access of forbidden accounts by a call, besides statements of a resource's policy. */
export const findCallReach = (call: SimulatedCall, mayNotBeNamed: MayNotBeNamed): readonly string[] => [
  ...[...idsGivenTo(call)].flatMap((id) => findNamed(id, call.operation, mayNotBeNamed)),
  ...(givesRolesOfAnybody(call) ? [`${call.operation} is about roles of any account`] : []),
];

/** Whether a managed statement is for everybody, or for forbidden accounts. */
export function findStatementReach(
  { Resource: _, ...statement }: Statement,
  { operation }: SimulatedCall,
  mayNotBeNamed: MayNotBeNamed,
): readonly string[] {
  const where = `${operation}: ${statement.Sid}`;
  return [
    ...(isOpen(statement) ? [`${where} is open to everybody`] : []),
    ...[...accountsNamed(statement)].flatMap((id) => findNamed(id, where, mayNotBeNamed)),
  ];
}

function isOpen({ Principal, Condition }: Statement): boolean {
  const names = typeof Principal === 'object' && Principal !== null ? list(Principal.AWS ?? []) : [];
  return (
    Principal === '*' || (names.includes('*') && !JSON.stringify(Condition ?? {}).includes('PrincipalOrg'))
  );
}

function findNamed(id: string, where: string, mayNotBeNamed: MayNotBeNamed): readonly string[] {
  const why = mayNotBeNamed(id);
  return why === undefined ? [] : [`${where} names ${id}, which ${why}`];
}

/** Accounts that a call gives access other than by a statement of a resource's policy. */
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

/** Whether a managed policy names roles of accounts that neither the ARN nor a condition restricts. */
const givesRolesOfAnybody = ({ operation, input }: SimulatedCall): boolean =>
  operation.startsWith('CreatePolicy') &&
  documentOf((input as { readonly PolicyDocument?: string }).PolicyDocument).Statement.some(
    ({ Resource = '*', Condition = {} }) =>
      list(Resource).some((arn) => !/:\d{12}:/.test(arn)) &&
      !/aws:Resource(Org|Account)/.test(JSON.stringify(Condition)),
  );
