import { parsePolicy, type Statement, toArray } from '../../shared/iam/document.ts';
import { createAwsError } from '../aws-error.ts';
import {
  acceptDocument,
  type DocumentRules,
  namesPrincipal,
  namesResource,
  stripSpace,
} from '../documents.ts';
import type { SimulatedRole } from '../simulated-resources.ts';
import type { SimulatedWorld } from '../world.ts';

/**
 * Checks the document of a customer managed policy. IAM returns it unchanged. Sources: "IAM and AWS STS quotas"; "IAM
 * JSON policy elements: Sid".
 * @throws ServiceException `MalformedPolicyDocumentException`, `LimitExceededException`
 */
export function acceptIdentityPolicy(world: SimulatedWorld, text = ''): string {
  acceptDocument(world, text, identityRules);
  const sids = parsePolicy(text, 'the request').Statement.flatMap(({ Sid }) => Sid ?? []);
  if (new Set(sids).size < sids.length)
    throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return text;
}

/**
 * Checks the trust policy of a role. A read returns account ids as root ARNs. Sources: IAM API reference,
 * "UpdateAssumeRolePolicy"; "IAM and AWS STS quotas" (role trust policy length).
 * @throws ServiceException `MalformedPolicyDocumentException`, `LimitExceededException`
 */
export const acceptTrustPolicy = (world: SimulatedWorld, text = ''): string =>
  acceptDocument(world, text, trustRules(world.quotas.roleTrustPolicyCharacters));

/**
 * Checks an inline policy of a role, whose inline policies have at most 10,240 characters in total ("IAM and AWS STS
 * quotas").
 * @throws ServiceException `MalformedPolicyDocumentException`, `LimitExceededException`
 */
export function acceptInlinePolicy(
  world: SimulatedWorld,
  text = '',
  { role, others }: { readonly role: SimulatedRole; readonly others: readonly string[] },
): string {
  acceptDocument(world, text, { ...identityRules, limit: Number.POSITIVE_INFINITY });
  if (stripSpace([text, ...others].join('')).length > 10_240)
    throw createAwsError(
      'LimitExceededException',
      `Maximum policy size of 10240 bytes exceeded for role ${role.name}`,
      409,
    );
  return text;
}

/**
 * Checks a session policy, which has at most 2,048 characters ("AssumeRole", STS API reference).
 * @throws ServiceException `MalformedPolicyDocumentException`, `PackedPolicyTooLargeException`
 */
export const acceptSessionPolicy = (world: SimulatedWorld, text: string): string => {
  acceptDocument(world, text, {
    ...identityRules,
    size: (given) => given.length,
    limit: 2_048,
    tooLarge: () =>
      createAwsError(
        'PackedPolicyTooLargeException',
        'Packed policy consumes more than 100% of allotted space',
      ),
  });
  return text;
};

const malformed = (message: string) => createAwsError('MalformedPolicyDocumentException', message);

const identityRules: DocumentRules = {
  size: (text) => stripSpace(text).length,
  limit: 6_144,
  tooLarge: () => createAwsError('LimitExceededException', 'Cannot exceed quota for PolicySize: 6144', 409),
  malformed: (reason) => malformed(reason.startsWith('The policy of') ? 'Syntax errors in policy.' : reason),
  invalidPrincipal: () => malformed('Policy document should not specify a principal.'),
  wrongWith,
};

const trustRules = (limit: number): DocumentRules => ({
  ...identityRules,
  limit,
  tooLarge: () =>
    createAwsError('LimitExceededException', `Cannot exceed quota for ACLSizePerRole: ${limit}`, 409),
  invalidPrincipal: (principal) => malformed(`Invalid principal in policy: "AWS":"${principal}"`),
  wrongWith: (statement) => {
    if (!namesPrincipal(statement)) return 'Trust policies must specify a principal.';
    if (namesResource(statement)) return 'Has prohibited field Resource';
    const actions = toArray(statement.Action ?? []);
    return actions.every((action) => /^sts:/i.test(action))
      ? undefined
      : 'AssumeRole policy may only specify STS AssumeRole actions.';
  },
});

function wrongWith(statement: Statement): string | undefined {
  if (namesPrincipal(statement)) return 'Policy document should not specify a principal.';
  if (!namesResource(statement)) return 'Policy statement must contain resources.';
  if (!/^[0-9A-Za-z]*$/.test(statement.Sid ?? ''))
    return 'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*';
  const resources = toArray(statement.Resource ?? statement.NotResource ?? []);
  const wrong = resources.find((resource) => resource !== '*' && !/^arn:|^\*/.test(resource));
  if (wrong !== undefined) return `Resource ${wrong} must be in ARN format or "*".`;
  const actions = toArray(statement.Action ?? statement.NotAction ?? []);
  return actions.every((action) => action === '*' || /^[\w-]+:[\w*?]+$/.test(action))
    ? undefined
    : 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
}
