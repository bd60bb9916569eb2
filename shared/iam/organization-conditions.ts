import { type Conditions, toArray } from './document.ts';
import { splitArn } from './engine/arns.ts';
import { type OperatorName, parseOperatorName } from './engine/operator-name.ts';

/**
 * The account that a condition can restrict to the organization: the account of the caller, of a service's request, or
 * of the resource.
 */
export type RestrictedParty = 'principal' | 'source' | 'resource';

export interface OrganizationRestriction {
  /** At least one condition alone excludes all other accounts. */
  readonly closed: boolean;
  /** Accounts in positive conditions that are not allowed. */
  readonly outside: readonly string[];
}

interface Limits {
  readonly accountIds: Pick<ReadonlySet<string>, 'has'>;
  readonly organizationId: string;
}

/**
 * What the conditions of an Allow restrict. Only the key for `by` counts. See `exposures` for the rules. Source: "AWS
 * global condition context keys".
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

/** A condition that a request must satisfy, with the values of one key. */
export interface Requirement {
  readonly operator: OperatorName;
  readonly key: string;
  readonly values: readonly string[];
}

const positive: ReadonlySet<string> = new Set(['stringequals', 'stringlike', 'arnequals', 'arnlike']);

/** The positive conditions. The keys are in lower case. */
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

/** IfExists and ForAllValues pass for a request without the key. */
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

/** One entry for each value of a key that names accounts. `undefined` for a value that matches several accounts. */
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
 * ARN operators compare segment by segment. With StringLike a wildcard before the account could match across segments:
 * `arn:aws:x:*:111122223333:y` also matches `arn:aws:x:r:444455556666:111122223333:y`. So such a value fixes no
 * account. Names of trails have no colon, so for a trail ARN it does.
 */
function accountOfArn(operator: OperatorName, arn: string): string | undefined {
  const [, partition = '', service = '', region = '', account] = splitArn(arn);
  const loose = operator.base === 'stringlike' ? /[*?$]/ : /\$/;
  return [partition, service, region].some((segment) => loose.test(segment)) ? undefined : accountId(account);
}

const accountId = (text: string | undefined): string | undefined =>
  /^\d{12}$/.test(text ?? '') ? text : undefined;
