import { memoizeByObject } from '../platform/memoize.ts';
import { coversResource } from './coverage.ts';
import { type Conditions, type OneOrMany, type Statement, toArray, toPrincipalMap } from './document.ts';
import { createRequirements, meetsAll, type Requirement } from './engine/conditions.ts';
import { type ContextEntry, toContextEntries } from './engine/context-entry.ts';
import type { Verdict } from './engine/verdict.ts';
import { toCanonicalAccount } from './normalize.ts';
import type { ContextValues } from './request.ts';

/** Somebody who may send requests, with the condition keys that all requests of the sender have. */
export interface Sender {
  readonly type: 'account' | 'service' | 'anonymous';
  /** The account of the principal, or the account for which a service acts. */
  readonly accountId?: string;
  /** Present if `type` is `service`. */
  readonly service?: string;
  readonly context: ContextValues;
}

/** The part of an Allow statement that one sender can use. It has neither a Sid nor principals. */
export interface NarrowedStatement {
  /**
   * `full`: an Allow is enough. `partial`: the sender needs another policy as well, or AWS does not document that the
   * statement matches the sender.
   */
  readonly strength: 'full' | 'partial';
  readonly statement: Statement;
}

/** A statement that is compiled once for many senders. */
export interface NarrowableStatement {
  readonly statement: Statement;
  /** The parts of the statement for a sender. Equal parts are one object. */
  narrow(sender: Sender): readonly NarrowedStatement[];
}

/** Why the meaning of a statement for one sender cannot be derived. `undefined` if it can. */
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
  /** Values with policy variables depend on more than the sender. */
  readonly hasVariables: boolean;
}

/** @param ownerId the account of the resource @param arns the ARNs that the policy is about */
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
  /** ARNs of single principals by the id of their account. */
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
  /** The ARN of a single principal, if the statement names only this one. */
  readonly principal?: string;
}

/**
 * How a statement matches a sender. An account that the statement names decides further by its own policies. Across
 * accounts, every principal needs its own policies. Within the account of the resource, a principal that the statement
 * names directly needs no other policy (IAM user guide, "Policy evaluation logic").
 */
function listForms(
  named: ReadonlySet<string>,
  rolesOf: Principals['rolesOf'],
  { type, accountId = '', service }: Sender,
  ownerId: string,
): readonly Form[] {
  const isOpen = named.has('*:*');
  if (type === 'anonymous') return isOpen || named.has('AWS:*') ? [{ strength: 'full' }] : [];
  if (type === 'service') {
    if (isOpen || named.has(`Service:${service}`)) return [{ strength: 'full' }];
    return named.has('AWS:*') || named.has('Service:*') ? [{ strength: 'partial' }] : [];
  }
  const direct = accountId === ownerId ? 'full' : 'partial';
  if (isOpen || named.has('AWS:*')) return [{ strength: direct }];
  return [
    ...(named.has(`AWS:${accountId}`) ? [{ strength: 'partial' as const }] : []),
    ...(rolesOf.get(accountId) ?? []).map((principal) => ({ strength: direct, principal }) as const),
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
        hasVariables: toArray(values).some((value) => String(value).includes('${')),
      })),
    ),
  );

interface Remaining {
  readonly operator: string;
  readonly key: string;
  readonly values: OneOrMany<string | number | boolean>;
  readonly text: string;
}

/** The conditions that depend on more than the sender. `undefined` if the sender does not satisfy a condition. */
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

const judgeBlock = (
  { requirement, hasVariables }: Block,
  entries: ReadonlyMap<string, ContextEntry>,
): Verdict =>
  hasVariables ? { unknown: [] } : meetsAll([requirement], { get: (key) => entries.get(key) ?? 'unknown' });

const isPrincipalArn = ({ operator, key, hasVariables }: Block): boolean =>
  key.toLowerCase() === 'aws:principalarn' && /^Arn(Equals|Like)$/i.test(operator) && !hasVariables;

/**
 * The patterns for principals of the sender's account, with its id instead of a wildcard. `ArnEquals` and `ArnLike` are
 * equal ("IAM JSON policy elements: Condition operators"). A service is no role and no user.
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

/** A statement that names one principal means the same as its account with a condition on the ARN. */
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

/** A session, or a principal besides a condition on its ARN, gets a key that only an equal statement has. */
const nameOfPrincipalKey = (principal: string, remaining: readonly Remaining[]): string =>
  /^arn:[^:]*:iam::\d{12}:(role|user)\//.test(principal) &&
  !remaining.some(({ key }) => key.toLowerCase() === 'aws:principalarn')
    ? 'aws:PrincipalArn'
    : 'Principal';

/** `*` if the patterns match every ARN that the policy is about. A statement without a resource is about all of them. */
function widenToAll(resource: Statement['Resource'], arns: readonly string[]): readonly string[] {
  const patterns = toArray(resource ?? '*');
  const matchesAll = arns.every((arn) => patterns.some((pattern) => coversResource(pattern, arn)));
  return matchesAll ? ['*'] : patterns;
}
