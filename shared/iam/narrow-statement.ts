import { memoizeByObject } from '../platform/memoize.ts';
import { coversResource } from './coverage.ts';
import { type Conditions, type OneOrMany, type Statement, toArray, toPrincipalMap } from './document.ts';
import { createRequirements, meetsAll, type Requirement } from './engine/conditions.ts';
import { type ContextEntry, toContextEntries } from './engine/context-entry.ts';
import { toVerdict, type Verdict } from './engine/verdict.ts';
import { toCanonicalAccount } from './normalize.ts';
import type { ContextValues } from './request.ts';

/** A principal that may send requests, with the condition keys that all of its requests have. */
export interface Sender {
  readonly type: 'account' | 'service' | 'anonymous';
  /** The principal's account. For an AWS service, the account for which it acts. */
  readonly accountId?: string;
  /** The name of the service principal. Present if `type` is `service`. */
  readonly service?: string;
  readonly context: ContextValues;
}

/**
 * How much an Allow is worth for the sender:
 *
 * - 3: the statement alone allows the request.
 * - 2: within the account of the resource, it names a role. A permissions boundary must allow, too.
 * - 1: the sender needs another policy as well, or AWS does not document that the statement matches the sender.
 */
type Strength = 1 | 2 | 3;

/** The part of an Allow statement that one sender can use. It has no Sid and no principals. */
export interface NarrowedStatement {
  readonly strength: Strength;
  readonly statement: Statement;
}

/** A statement that is prepared once and then compared with many senders. */
export interface NarrowableStatement {
  readonly statement: Statement;
  /**
   * The parts of the statement that this sender can use. Equal parts are the same object, so that they can be compared
   * quickly.
   */
  narrow(sender: Sender): readonly NarrowedStatement[];
}

/** Why it cannot be derived what the statement allows to one sender. `undefined` if it can. */
export function findUnsupportedElement(statement: Statement): string | undefined {
  if (statement.Effect !== 'Allow') return 'it denies access';
  for (const element of ['NotPrincipal', 'NotAction', 'NotResource'] as const)
    if (statement[element] !== undefined) return `it has ${element}`;
  if (statement.Principal === undefined) return 'it has no Principal';
  const types = Object.keys(toPrincipalMap(statement.Principal));
  const other = types.find((type) => type !== '*' && type !== 'AWS' && type !== 'Service');
  return other === undefined ? undefined : `it names principals of the type ${other}`;
}

interface Block {
  readonly operator: string;
  readonly key: string;
  readonly values: OneOrMany<string | number | boolean>;
  readonly requirement: Requirement;
  /** The values, if the condition is that the key equals one of them. A list may have thousands. */
  readonly exact: ReadonlySet<string> | undefined;
  /** Whether a value has a policy variable. Then the result depends on the request, and not only on the sender. */
  readonly hasVariables: boolean;
}

/**
 * Prepares a statement. @param ownerId the account of the resource @param arns the ARNs to which the policy gives
 * access
 */
export function compileStatement(
  statement: Statement,
  { ownerId, arns }: { readonly ownerId: string; readonly arns: readonly string[] },
): NarrowableStatement {
  if (findUnsupportedElement(statement) !== undefined) return { statement, narrow: () => [] };
  const { named, rolesOf } = readPrincipals(statement);
  const blocks = listBlocks(statement.Condition ?? {});
  const parts = new Map<string, NarrowedStatement>();
  const shared = (part: NarrowedStatement, key: string): NarrowedStatement => {
    const known = parts.get(key);
    if (known === undefined) parts.set(key, part);
    return known ?? part;
  };
  const { Action, Resource } = statement;
  const bare: Statement = {
    Effect: 'Allow',
    ...(Action && { Action }),
    Resource: widenToAll(Resource, arns),
  };
  return {
    statement,
    narrow: (sender) => {
      const forms = listForms(named, rolesOf, sender, ownerId);
      if (forms.length === 0) return [];
      const remaining = judgeBlocks(blocks, sender);
      if (remaining === undefined) return [];
      return forms.map(({ strength, principal }) => {
        const conditions = toConditions(remaining, principal);
        const key = `${strength} ${principal ?? ''} ${remaining.map(({ text }) => text).join(' ')}`;
        return shared({ strength, statement: { ...bare, ...conditions } }, key);
      });
    },
  };
}

interface Principals {
  readonly named: ReadonlySet<string>;
  /** The ARNs of single principals in the statement, by the id of their account. */
  readonly rolesOf: ReadonlyMap<string, readonly string[]>;
}

function readPrincipals({ Principal = {} }: Statement): Principals {
  const named = Object.entries(toPrincipalMap(Principal)).flatMap(([type, names]) =>
    toArray(names).map((name) => `${type}:${type === 'AWS' ? toCanonicalAccount(name) : name}`),
  );
  const arns = named.filter((name) => name.startsWith('AWS:arn:')).map((name) => name.slice('AWS:'.length));
  return { named: new Set(named), rolesOf: Map.groupBy(arns, (arn) => arn.split(':')[4] ?? '') };
}

interface Form {
  readonly strength: NarrowedStatement['strength'];
  /** The ARN of the principal, if the statement names a single principal. */
  readonly principal?: string;
}

/**
 * How the statement matches a sender. If it names the sender's account, that account's own policies decide as well. If
 * the sender is of another account than the resource, it always needs policies of its own. If it is of the same account
 * and the statement names it directly, it needs no other policy (IAM user guide, "Policy evaluation logic").
 */
function listForms(
  named: ReadonlySet<string>,
  rolesOf: Principals['rolesOf'],
  { type, accountId = '', service }: Sender,
  ownerId: string,
): readonly Form[] {
  const isOpen = named.has('*:*');
  if (type === 'anonymous') return isOpen || named.has('AWS:*') ? [{ strength: 3 }] : [];
  if (type === 'service') {
    if (isOpen || named.has(`Service:${service}`)) return [{ strength: 3 }];
    return named.has('AWS:*') || named.has('Service:*') ? [{ strength: 1 }] : [];
  }
  const isOwner = accountId === ownerId;
  if (isOpen || named.has('AWS:*')) return [{ strength: isOwner ? 3 : 1 }];
  return [
    ...(named.has(`AWS:${accountId}`) ? [{ strength: 1 as const }] : []),
    ...(rolesOf.get(accountId) ?? []).map((principal): Form => ({ strength: isOwner ? 2 : 1, principal })),
  ];
}

const listBlocks = (conditions: Conditions): readonly Block[] =>
  Object.entries(conditions).flatMap(([operator, block]) =>
    Object.entries(block).flatMap(([key, values]) =>
      createRequirements({ [operator]: { [key]: values } }, false).map((requirement) => ({
        operator,
        key,
        values,
        requirement,
        exact: listExactValues(operator, key, values),
        hasVariables: toArray(values).some((value) => String(value).includes('${')),
      })),
    ),
  );

/** Keys with several values need a set operator, so they are never compared exactly. */
const listExactValues = (operator: string, key: string, values: Block['values']): Block['exact'] =>
  operator === 'StringEquals' && /account$/i.test(key) ? new Set(toArray(values).map(String)) : undefined;

interface Remaining {
  readonly operator: string;
  readonly key: string;
  readonly values: OneOrMany<string | number | boolean>;
  readonly text: string;
}

/**
 * The conditions that depend on more than the sender. `undefined` if this sender can never satisfy one of the
 * conditions.
 */
function judgeBlocks(blocks: readonly Block[], sender: Sender): readonly Remaining[] | undefined {
  const entries = toEntries(sender.context);
  const remaining: Remaining[] = [];
  for (const [index, block] of blocks.entries()) {
    const { operator, key, values } = block;
    const verdict = judgeBlock(block, entries);
    if (verdict === 'no') return undefined;
    if (verdict === 'yes') continue;
    const own = isPrincipalArn(block) ? listOwnArns(values, sender) : undefined;
    if (own?.length === 0) return undefined;
    remaining.push(
      own === undefined
        ? { operator, key, values, text: String(index) }
        : { operator: 'ArnLike', key, values: own, text: `${index}:${own.join()}` },
    );
  }
  return remaining;
}

const toEntries = memoizeByObject(toContextEntries);

function judgeBlock(
  { requirement, exact, key, hasVariables }: Block,
  entries: ReadonlyMap<string, ContextEntry>,
): Verdict {
  if (hasVariables) return { unknown: [] };
  const entry = entries.get(key.toLowerCase());
  const [value, ...others] = typeof entry === 'object' ? entry : [];
  if (exact !== undefined && value !== undefined && others.length === 0) return toVerdict(exact.has(value));
  return meetsAll([requirement], { get: (each) => entries.get(each) ?? 'unknown' });
}

const isPrincipalArn = ({ operator, key, hasVariables }: Block): boolean =>
  key.toLowerCase() === 'aws:principalarn' && /^Arn(Equals|Like)$/i.test(operator) && !hasVariables;

/**
 * The ARN patterns that can match principals of the sender's account, with this account's id in place of a wildcard.
 * `ArnEquals` and `ArnLike` do the same ("IAM JSON policy elements: Condition operators"). No pattern matches a
 * service, which is no role and no user.
 */
function listOwnArns(values: Block['values'], { type, accountId }: Sender): readonly string[] | undefined {
  const names = toArray(values).map(String);
  if (type === 'service' && names.every((name) => /^arn:[^:*?]+:iam::[^:]+:(role|user)\//.test(name)))
    return [];
  if (type !== 'account' || accountId === undefined) return undefined;
  return names.flatMap((name) => {
    const segments = name.split(':');
    const account = segments[4] ?? '';
    if (/^\d{12}$/.test(account) && account !== accountId) return [];
    return account === '*' ? [segments.with(4, accountId).join(':')] : [name];
  });
}

/**
 * Adds the principal as a condition: a statement that names one principal means the same as one for its account with a
 * condition on the ARN.
 */
function toConditions(remaining: readonly Remaining[], principal: string | undefined) {
  const conditions: Record<string, Conditions[string]> = {};
  const named =
    principal === undefined
      ? []
      : [{ operator: 'ArnLike', key: nameOfPrincipalKey(principal, remaining), values: [principal] }];
  for (const { operator, key, values } of [...remaining, ...named])
    conditions[operator] = { ...conditions[operator], [key]: values };
  return Object.keys(conditions).length === 0 ? {} : { Condition: conditions };
}

/**
 * The condition key for a single principal. For a session, or beside another condition on the ARN, it is an invented
 * key, so that only an equal statement matches it.
 */
const nameOfPrincipalKey = (principal: string, remaining: readonly Remaining[]): string =>
  /^arn:[^:]*:iam::\d{12}:(role|user)\//.test(principal) &&
  !remaining.some(({ key }) => key.toLowerCase() === 'aws:principalarn')
    ? 'aws:PrincipalArn'
    : 'Principal';

/**
 * Returns `*` if the patterns match every ARN to which the policy gives access. A statement without `Resource` is about
 * all of them.
 */
function widenToAll(resource: Statement['Resource'], arns: readonly string[]): readonly string[] {
  const patterns = toArray(resource ?? '*');
  const matchesAll = arns.every((arn) => patterns.some((pattern) => coversResource(pattern, arn)));
  return matchesAll ? ['*'] : patterns;
}
