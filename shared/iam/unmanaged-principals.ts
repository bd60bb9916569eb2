import { type PolicyDocument, type Statement, toArray, toPrincipalMap } from './document.ts';
import { installationOf } from './managed-statements.ts';
import { labelStatement } from './statement-label.ts';

/** A principal in a statement that this installation does not manage. */
export interface UnmanagedPrincipal {
  /**
   * Names the statement by its Sid, such as `"PartnerAudit"`, or by its number: `number 2 (Allow s3:GetObject and 2
   * more)`.
   */
  readonly statement: string;
  /** The principal as the statement names it: an account id, an ARN, a unique id or a canonical user. */
  readonly principal: string;
}

/**
 * The principals in unmanaged statements that AWS checks before it accepts a document: accounts, roles, users, sessions
 * and canonical users, in `Principal` and `NotPrincipal`. AWS does not check the wildcard, services and identity
 * providers.
 */
export const listUnmanagedPrincipals = (
  document: PolicyDocument | undefined,
  installationId: string,
): readonly UnmanagedPrincipal[] =>
  (document?.Statement ?? []).flatMap((statement, index) =>
    installationOf(statement.Sid) === installationId
      ? []
      : [...new Set(principalsIn(statement))].map((principal) => ({
          statement: findableLabel(statement, index),
          principal,
        })),
  );

/** Names a statement without a Sid by its number, from 1, so that an operator finds it. */
const findableLabel = (statement: Statement, index: number): string => {
  const label = labelStatement(statement);
  return statement.Sid ? `"${label}"` : `number ${index + 1} (${label})`;
};

const principalsIn = ({ Principal, NotPrincipal }: Statement): readonly string[] =>
  [Principal, NotPrincipal]
    .filter((principal) => principal !== undefined)
    .flatMap((principal) => {
      const { AWS = [], CanonicalUser = [] } = toPrincipalMap(principal);
      return [...toArray(AWS), ...toArray(CanonicalUser)];
    })
    .filter((name) => name !== '*');

/** The account in an account id or ARN. `undefined` for other principals. */
export const getPrincipalAccount = (principal: string): string | undefined =>
  /^(?:arn:[^:]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(principal)?.[1];

/**
 * Whether a principal is the unique id of a deleted role or user. AWS shows this id when it cannot map the id back to
 * an ARN. No service accepts the id in the next write (AWS re:Post, "Why is there an unknown principal format in my IAM
 * resource-based policy?": users have the prefix AIDA, roles AROA; not confirmed for ECR).
 */
export function classifyDeletedPrincipal(principal: string): 'role' | 'user' | undefined {
  const prefix = /^(AIDA|AROA)[A-Z0-9]{8,}$/.exec(principal)?.[1];
  if (prefix === undefined) return undefined;
  return prefix === 'AROA' ? 'role' : 'user';
}
