import type { AppliedKeyGrant } from '../applied-access.ts';
import { allowedBy, type Finding, no, unknownFinding } from './findings.ts';
import { type Grade, gradePrincipal } from './principals.ts';
import type { Question } from './question.ts';
import {
  bothVerdicts,
  createUnknown,
  everyVerdict,
  someVerdict,
  toVerdict,
  type Verdict,
} from './verdict.ts';

/**
 * Whether a KMS grant allows the request. Only the given ways to match the caller count. If the grant is for the caller
 * or its role, no other policy is needed, even across accounts. If it is for the account, the account's identity
 * policies decide. Source: KMS developer guide, "Grants in AWS KMS".
 */
export function findKeyGrant(
  keyGrants: readonly AppliedKeyGrant[],
  question: Question,
  among: readonly Grade[],
): Finding {
  const verdict = someVerdict(keyGrants, (grant) => judgeGrant(grant, question, among));
  if (verdict === 'yes') return allowedBy(`a grant of the key allows the ${question.request.action} action`);
  return verdict === 'no'
    ? no(`no grant of the key allows the ${question.request.action} action`)
    : unknownFinding(verdict, 'key grant');
}

function judgeGrant(grant: AppliedKeyGrant, question: Question, among: readonly Grade[]): Verdict {
  const operation = /^kms:(.+)$/.exec(question.action)?.[1];
  if (!grant.operations.some((each) => each.toLowerCase() === operation)) return 'no';
  const grades = gradePrincipal(toPrincipal(grant.granteePrincipal), question.request.principal);
  const means = someVerdict(among, (grade) => grades[grade]);
  return means === 'no' ? means : bothVerdicts(means, meetsConstraints(grant, question));
}

const toPrincipal = (grantee: string) =>
  grantee.startsWith('arn:') || /^\d{12}$/.test(grantee) ? { AWS: grantee } : { Service: grantee };

/**
 * Whether the request satisfies the constraints of a KMS grant. They apply only to operations with an encryption
 * context ("Using grant constraints").
 */
function meetsConstraints(grant: AppliedKeyGrant, question: Question): Verdict {
  if (!/^kms:(encrypt|decrypt|reencrypt|generatedatakey)/.test(question.action)) return 'yes';
  const { encryptionContextEquals: equals, encryptionContextSubset: subset = {} } = grant;
  const pairs = everyVerdict(Object.entries({ ...subset, ...equals }), ([key, value]) =>
    hasPair(key, value, question),
  );
  return equals === undefined ? pairs : bothVerdicts(hasNoOtherPair(equals, question), pairs);
}

const prefix = 'kms:encryptioncontext:';

function hasPair(key: string, value: string, { context }: Question): Verdict {
  const entry = context.get(`${prefix}${key.toLowerCase()}`);
  if (entry === 'unknown' || entry === 'some') return createUnknown('key', `kms:EncryptionContext:${key}`);
  return entry !== 'absent' && entry.length === 1 && entry[0] === value ? 'yes' : 'no';
}

/**
 * Whether the encryption context has exactly the pairs of `equals`. The request gives all of its pairs, though the
 * value of a pair may be unknown.
 */
function hasNoOtherPair(equals: Readonly<Record<string, string>>, { request, context }: Question): Verdict {
  const wanted = new Set(Object.keys(equals).map((key) => `${prefix}${key.toLowerCase()}`));
  const others = Object.keys(request.context ?? {}).filter(
    (key) => key.toLowerCase().startsWith(prefix) && !wanted.has(key.toLowerCase()),
  );
  return everyVerdict(others, (key) => {
    const entry = context.get(key.toLowerCase());
    return entry === 'unknown' ? createUnknown('key', key) : toVerdict(entry === 'absent');
  });
}
