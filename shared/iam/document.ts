import { deepFreeze } from '../platform/deep-freeze.ts';
import type { Finding } from '../platform/errors.ts';
import { memoizeByString } from '../platform/memoize.ts';
import { MalformedPolicyError } from './errors.ts';
import { checkPolicy } from './grammar.ts';
import { findJsonLosses } from './lossless.ts';

export type OneOrMany<T> = T | readonly T[];

export type PrincipalMap = Readonly<Record<string, OneOrMany<string>>>;
export type Principal = '*' | PrincipalMap;

export type ConditionValue = string | number | boolean;

/** From the operator to the keys, and from each key to its values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, OneOrMany<ConditionValue>>>>>;

/** One statement, in the words of AWS ("Grammar of the IAM JSON policy language"). */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Principal;
  readonly NotPrincipal?: Principal;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Conditions;
}

/** A policy document. `Statement` is always an array here, though AWS also accepts a single object. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** The version of a document without `Version` ("IAM JSON policy elements: Version"). */
export const defaultVersion = '2008-10-17';

/** The only version in which `${…}` is a variable. */
export const currentVersion = '2012-10-17';

/**
 * Parses the policy of the resource `where`, in every form that AWS allows. Each statement keeps its form, so that an
 * unmanaged statement is written back as it was. Equal texts give the same frozen object, because plan, write and
 * verification read the same policy again and again.
 * @throws MalformedPolicyError with all reasons: if this project does not fully understand the policy, or if parsing
 * and writing it would change it
 */
export function parsePolicy(text: string, where: string): PolicyDocument {
  const { document, findings, cause } = read(text);
  if (document === undefined) throw new MalformedPolicyError(where, findings, cause);
  return document;
}

interface Read {
  readonly document?: PolicyDocument;
  readonly findings: readonly Finding[];
  readonly cause?: unknown;
}

const read = memoizeByString(100, (text): Read => {
  try {
    const parsed: unknown = JSON.parse(text);
    const findings = [...findJsonLosses(text).map((loss) => withSid(parsed, loss)), ...checkPolicy(parsed)];
    return findings.length > 0
      ? { findings }
      : { document: deepFreeze(inOneForm(parsed as Written)), findings };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { findings: [{ path: '', message: `is not JSON: ${reason}` }], cause };
  }
});

/**
 * Adds the statement's Sid to a message, because operators find a statement by its Sid more easily than by its number.
 */
function withSid(policy: unknown, { path, message }: Finding): Finding {
  const index = /^Statement(?:\[(\d+)\])?/.exec(path)?.[1];
  const statements = field(policy, 'Statement');
  const sid = field(index === undefined ? statements : field(statements, index), 'Sid');
  return { path, message: typeof sid === 'string' ? `(statement "${sid}") ${message}` : message };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

type Written = Omit<PolicyDocument, 'Statement'> & { readonly Statement: OneOrMany<Statement> };

const inOneForm = (document: Written): PolicyDocument => ({
  ...document,
  Statement: toArray(document.Statement),
});

/** A new document without statements. */
export const createPolicy = (): PolicyDocument => ({ Version: currentVersion, Statement: [] });

/** The policy as compact text. This text is sent to AWS, and its length counts against the size limit. */
export const serializePolicy = (document: PolicyDocument): string => JSON.stringify(document);

/** Returns a list even for a single value, because AWS accepts either. */
export const toArray = <T>(value: OneOrMany<T>): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Returns the principal as a map from types to names, even for `"*"`, so that callers handle only one form. */
export const toPrincipalMap = (principal: Principal): PrincipalMap =>
  principal === '*' ? everybody : principal;

const everybody: PrincipalMap = Object.freeze({ '*': '*' });
