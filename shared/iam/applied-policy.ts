import type { PolicyDocument } from './document.ts';

/**
 * What a policy is attached to. This decides which elements its statements may have, and what the policy does to a
 * request.
 */
export type PolicyKind =
  | 'identity'
  | ResourcePolicyKind
  | 'boundary'
  | 'session'
  | 'scp'
  | 'rcp'
  | 'endpoint';

/**
 * The kinds of policies that are attached to a resource. `trust` is the trust policy of a role. `image` stands for the
 * launch permissions of an image, written as a policy. `resource` is the policy of any other resource.
 */
export type ResourcePolicyKind =
  | 'bucket'
  | 'key'
  | 'repository'
  | 'secret'
  | 'queue'
  | 'topic'
  | 'event-bus'
  | 'image'
  | 'trust'
  | 'resource';

/** A policy that applies to a request. */
export interface AppliedPolicy {
  readonly kind: PolicyKind;
  /** The name of the policy in reasons, such as `bucket policy of example-logs`. */
  readonly name: string;
  readonly document: PolicyDocument;
  /**
   * Only for an SCP or RCP: the root, OU or account to which it is attached. An SCP must allow a request at each of
   * these levels.
   */
  readonly level?: string;
}

/**
 * Which elements AWS allows in the statements of a kind of policy. Sources: "Grammar of the IAM JSON policy language"
 * and the pages that `kindRules` names.
 */
export interface KindRules {
  /** Whether statements of this kind have a `Principal`. */
  readonly principal: boolean;
  /** Whether statements of this kind have a `Resource`. */
  readonly resource: boolean;
  /** Whether AWS adds wildcards to an ARN with fewer than six parts: `arn:aws:sqs` means `arn:aws:sqs:*:*:*`. */
  readonly completesArns: boolean;
}

const resourcePolicy: KindRules = { principal: true, resource: true, completesArns: false };
const identityPolicy: KindRules = { principal: false, resource: true, completesArns: true };

/**
 * Sources and exceptions:
 * - `trust`: no Resource, because the role itself is the resource ("How to use trust policies with IAM roles")
 * - `repository`: no Resource ("Private repository policy examples in Amazon ECR")
 * - `identity`, `boundary`: AWS completes ARNs in identity-based policies ("IAM identifiers"), and a boundary is such a
 * policy
 * - `session`: AssumeRole rejects incomplete ARNs ("Amazon Resource Names (ARNs)", reference of identifiers)
 * - `scp`: whether AWS completes ARNs is not documented ("SCP syntax")
 */
export const kindRules: Readonly<Record<PolicyKind, KindRules>> = {
  identity: identityPolicy,
  boundary: identityPolicy,
  session: { ...identityPolicy, completesArns: false },
  scp: { ...identityPolicy, completesArns: false },
  rcp: resourcePolicy,
  endpoint: resourcePolicy,
  bucket: resourcePolicy,
  key: resourcePolicy,
  secret: resourcePolicy,
  queue: resourcePolicy,
  topic: resourcePolicy,
  'event-bus': resourcePolicy,
  image: resourcePolicy,
  resource: resourcePolicy,
  repository: { ...resourcePolicy, resource: false },
  trust: { ...resourcePolicy, resource: false },
};

/** The kind, if it is the kind of a resource policy. `undefined` for any other kind. */
export function toResourcePolicyKind(kind: PolicyKind): ResourcePolicyKind | undefined {
  switch (kind) {
    case 'identity':
    case 'boundary':
    case 'session':
    case 'scp':
    case 'rcp':
    case 'endpoint':
      return undefined;
    default:
      return kind;
  }
}
