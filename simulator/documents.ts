import type { ServiceException } from '@smithy/core/client';
import {
  type OneOrMany,
  type PolicyDocument,
  type Principal,
  parsePolicy,
  type Statement,
  toArray,
  toPrincipalMap,
} from '../shared/iam/document.ts';
import { isKnownPrincipal } from './principals.ts';
import type { SimulatedWorld } from './world.ts';

/** A service's rules for a policy document. */
export interface DocumentRules {
  /** Measures the document as the service does, and has the service's limit. */
  readonly size: (text: string) => number;
  readonly limit: number;
  readonly tooLarge: (size: number) => ServiceException;
  readonly malformed: (reason: string) => ServiceException;
  readonly invalidPrincipal: (principal: string, world: SimulatedWorld) => ServiceException;
  /** Checks a statement by the service's own rules. Returns what is wrong with it, or `undefined`. */
  readonly wrongWith: (statement: Statement) => string | undefined;
  /** How many blanks of indentation for each level the service adds to the text that a read returns. */
  readonly indent?: number;
}

/**
 * Checks a document as the service would. Returns the text that later reads return. It has the same meaning but is
 * written differently, so that no test can rely on equal texts.
 * @throws ServiceException with the service's own error code
 */
export function acceptDocument(world: SimulatedWorld, text: string, rules: DocumentRules): string {
  const size = rules.size(text);
  if (size > rules.limit) throw rules.tooLarge(size);
  const document = parsed(text, rules);
  for (const statement of document.Statement) {
    const wrong = rules.wrongWith(statement);
    if (wrong !== undefined) throw rules.malformed(wrong);
  }
  const unknown = principalsOf(document).find(([type, name]) => !isKnownPrincipal(world, type, name));
  if (unknown !== undefined) throw rules.invalidPrincipal(unknown[1], world);
  return reserialized(world, document, rules.indent);
}

/** UTF-8 bytes. */
export const countBytes = (text: string): number => new TextEncoder().encode(text).length;

/** Removes white space, which IAM and S3 do not count ("IAM and AWS STS quotas"; for S3, by measurement). */
export const stripSpace = (text: string): string => text.replace(/\s/g, '');

/** Statements of resource policies have a principal. */
export const namesPrincipal = ({ Principal, NotPrincipal }: Statement): boolean =>
  Principal !== undefined || NotPrincipal !== undefined;

export const namesResource = ({ Resource, NotResource }: Statement): boolean =>
  Resource !== undefined || NotResource !== undefined;

/**
 * Whether a statement opens its resource to everybody: an Allow for `*` without a condition that has fixed values. This
 * is a short form of S3's definition of "public" ("Blocking public access to your Amazon S3 storage").
 */
export function isPublic({ Effect, Principal, Condition }: Statement): boolean {
  if (Effect !== 'Allow' || Principal === undefined) return false;
  const everybody = Object.values(toPrincipalMap(Principal)).some((names) => toArray(names).includes('*'));
  const keys = Object.values(Condition ?? {}).flatMap((block) => Object.keys(block));
  return everybody && !keys.some((key) => narrowing.has(key.toLowerCase()));
}

const narrowing: ReadonlySet<string> = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

function parsed(text: string, rules: DocumentRules): PolicyDocument {
  try {
    return parsePolicy(text, 'the request');
  } catch (thrown) {
    throw rules.malformed(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const principalsOf = ({ Statement }: PolicyDocument): readonly (readonly [string, string])[] =>
  Statement.flatMap(({ Principal, NotPrincipal }) => [Principal, NotPrincipal])
    .filter((principal) => principal !== undefined)
    .flatMap((principal) => Object.entries(toPrincipalMap(principal)))
    .flatMap(([type, names]) => toArray(names).map((name) => [type, name] as const));

function reserialized(world: SimulatedWorld, document: PolicyDocument, indent: number | undefined): string {
  const answer = {
    ...document,
    Statement: document.Statement.map((statement) => reworded(world, statement)),
  };
  return JSON.stringify(answer, undefined, indent);
}

function reworded(world: SimulatedWorld, statement: Statement): Statement {
  const entries = Object.entries(statement).map(([name, value]) => [
    name,
    rewordedElement(world, name, value),
  ]);
  return Object.fromEntries(entries) as Statement;
}

function rewordedElement(world: SimulatedWorld, name: string, value: unknown): unknown {
  if (name.endsWith('Principal')) return rewordedPrincipal(world, value as Principal);
  if (name.endsWith('Action') || name.endsWith('Resource')) return unwrapped(value as OneOrMany<string>);
  return value;
}

function rewordedPrincipal(world: SimulatedWorld, principal: Principal): Principal {
  if (principal === '*') return principal;
  const names = (type: string, given: OneOrMany<string>) =>
    unwrapped(
      type === 'AWS'
        ? toArray(given)
            .map((name) => asArn(world, name))
            .toReversed()
        : given,
    );
  return Object.fromEntries(Object.entries(principal).map(([type, given]) => [type, names(type, given)]));
}

const asArn = ({ settings }: SimulatedWorld, name: string): string =>
  /^\d{12}$/.test(name) ? `arn:${settings.partition}:iam::${name}:root` : name;

const unwrapped = <T>(values: OneOrMany<T>): OneOrMany<T> => {
  const list = toArray(values);
  return list.length === 1 ? (list[0] as T) : list;
};
