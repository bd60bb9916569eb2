import type { MemberRolePolicies } from '../configuration/member-role-policies.ts';
import { diffPolicies } from '../iam/difference.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { MemberRoleParts } from './member-role-state.ts';

/**
 * The differences between an existing member role and the configuration, one phrase for each. Policies are compared by
 * meaning, not by text. Pure.
 */
export function findMemberRoleDrift(
  expected: MemberRolePolicies,
  actual: MemberRoleParts,
): readonly string[] {
  return [
    ...compareDocuments('the trust policy', expected.trust, actual.trust),
    ...compareInlinePolicies(expected.inline, actual.inline),
    ...compareManagedPolicies(expected.managedPolicies, actual.managedPolicies),
    ...compareBoundaries(expected.permissionsBoundary, actual.permissionsBoundary),
    ...(actual.instanceProfileFault === undefined ? [] : [actual.instanceProfileFault]),
  ];
}

function compareDocuments(
  name: string,
  expected: PolicyDocument,
  actual: PolicyDocument | undefined,
): readonly string[] {
  if (actual === undefined) return [`${name} cannot be understood`];
  const differences = diffPolicies(expected, actual);
  if (differences.length === 0) return [];
  const widens = differences.some((difference) => difference.widens !== undefined);
  return [`${name} ${widens ? 'gives access that the configuration does not give' : 'differs'}`];
}

function compareInlinePolicies(
  expected: MemberRolePolicies['inline'],
  actual: MemberRoleParts['inline'],
): readonly string[] {
  const names = [...new Set([...Object.keys(expected), ...actual.keys()])].sort();
  return names.flatMap((name) => {
    const wanted = expected[name];
    if (wanted === undefined) return [`the inline policy ${name} is added`];
    if (!actual.has(name)) return [`the inline policy ${name} is missing`];
    return compareDocuments(`the inline policy ${name}`, wanted, actual.get(name));
  });
}

function compareManagedPolicies(expected: readonly string[], actual: readonly string[]): readonly string[] {
  const missing = expected.filter((arn) => !actual.includes(arn));
  const added = actual.filter((arn) => !expected.includes(arn));
  return [
    ...missing.map((arn) => `the managed policy ${arn} is not attached`),
    ...added.map((arn) => `the managed policy ${arn} is attached, but the configuration does not name it`),
  ];
}

function compareBoundaries(expected: string | undefined, actual: string | undefined): readonly string[] {
  if (expected === actual) return [];
  if (actual === undefined) return [`the permissions boundary ${expected} is missing`];
  return [
    expected === undefined
      ? `the permissions boundary ${actual} is added`
      : `the permissions boundary is ${actual} in place of ${expected}`,
  ];
}
