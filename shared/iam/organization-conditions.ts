import { type Conditions, toArray } from './document.ts';
import { splitArn } from './engine/arns.ts';
import { type OperatorName, parseOperatorName } from './engine/operator-name.ts';

/**
 * Whose account a condition limits to the organization: the caller's, the account that a service acts for, or the
 * resource's.
 */
export type RestrictedParty = 'principal' | 'source' | 'resource';

export interface OrganizationRestriction {
  /** Whether one of the conditions alone excludes all accounts that are not allowed. */
  readonly closed: boolean;
  /** Accounts in the conditions that are not allowed. */
  readonly outside: readonly string[];
}

interface Limits {
  readonly accountIds: Pick<ReadonlySet<string>, 'has'>;
  readonly organizationId: string;
}

/**
 * How the conditions of an Allow limit access. Only keys about the account `by` count. `findExposures` has the rules.
 * Source: "AWS global condition context keys".
 */
export function analyzeRestriction(
  by: RestrictedParty,
  conditions: Conditions,
  limits: Limits,
): OrganizationRestriction {
  const requirements = listRequirements(conditions);
  return {
    closed: requirements.some((each) => mustExist(each.operator) && closes(by, each, limits)),
    outside: requirements.flatMap((each) =>
      accountsNamed(by, each).filter((account) => account !== undefined && !limits.accountIds.has(account)),
    ) as string[],
  };
}

/** One key of a condition, with its operator and values. A request must satisfy every requirement of a statement. */
export interface Requirement {
  readonly operator: OperatorName;
  readonly key: string;
  readonly values: readonly string[];
}

const positive: ReadonlySet<string> = new Set(['stringequals', 'stringlike', 'arnequals', 'arnlike']);

/** The conditions whose operator has no `Not`. Keys are in lower case. */
export const listRequirements = (conditions: Conditions): readonly Requirement[] =>
  Object.entries(conditions).flatMap(([name, block]) => {
    const operator = parseOperatorName(name);
    if (!positive.has(operator.base)) return [];
    return Object.entries(block).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: toArray(values).map(String),
    }));
  });

/**
 * Whether the request must have the key. With IfExists or ForAllValues, a request without the key satisfies the
 * condition.
 */
export const mustExist = ({ ifExists, quantifier }: OperatorName): boolean =>
  !ifExists && quantifier !== 'all';

function closes(by: RestrictedParty, requirement: Requirement, limits: Limits): boolean {
  const { operator, key, values } = requirement;
  const { organizationId } = limits;
  if (values.length === 0 || organizationId === '') return false;
  if (key === `aws:${by}orgid`)
    return operator.base === 'stringequals' && values.every((value) => value === organizationId);
  if (key === `aws:${by}orgpaths`)
    return operator.quantifier === 'any' && values.every((value) => value.startsWith(`${organizationId}/`));
  if (by === 'principal') return false;
  const accounts = accountsNamed(by, requirement);
  return accounts.length > 0 && accounts.every((account) => limits.accountIds.has(account ?? ''));
}

/** The accounts in the values of a key, one for each value. `undefined` for a value that may match several accounts. */
export function accountsNamed(
  by: RestrictedParty,
  { operator, key, values }: Requirement,
): readonly (string | undefined)[] {
  if (key === `aws:${by}account`) return values.map(accountId);
  if (key === trailKey && by === 'source') return values.map((arn) => accountId(splitArn(arn)[4]));
  return key === `aws:${by}arn` ? values.map((arn) => accountOfArn(operator, arn)) : [];
}

const trailKey = 'kms:encryptioncontext:aws:cloudtrail:arn';

/**
 * The account in an ARN of a condition. ARN operators compare segment by segment. With StringLike, a wildcard before
 * the account may match several segments: `arn:aws:x:*:111122223333:y` also matches
 * `arn:aws:x:r:444455556666:111122223333:y`. So such a value may match any account. ARNs of trails are an exception,
 * because the name of a trail has no colon.
 */
function accountOfArn(operator: OperatorName, arn: string): string | undefined {
  const [, partition = '', service = '', region = '', account] = splitArn(arn);
  const loose = operator.base === 'stringlike' ? /[*?$]/ : /\$/;
  return [partition, service, region].some((segment) => loose.test(segment)) ? undefined : accountId(account);
}

const accountId = (text: string | undefined): string | undefined =>
  /^\d{12}$/.test(text ?? '') ? text : undefined;
