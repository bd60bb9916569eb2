import type { PolicyDocument } from './document.ts';

/** The thing that a policy is attached to. It decides the grammar and the effect of the policy. */
export type PolicyKind =
  | 'identity'
  | ResourcePolicyKind
  | 'boundary'
  | 'session'
  | 'scp'
  | 'rcp'
  | 'endpoint';

/**
 * Policies of a resource. `trust` is the trust policy of a role. `image` are launch permissions of an image, written as
 * a policy. `resource` is the policy of any other resource.
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
  /** Shown in reasons: `bucket policy of example-logs`. */
  readonly name: string;
  readonly document: PolicyDocument;
  /** For an SCP or RCP: the root, OU or account that it is attached to. Each level must allow. */
  readonly level?: string;
}

/**
 * The grammar that AWS supports for statements of a kind. Sources: "Grammar of the IAM JSON policy language" and the
 * pages named below.
 */
export interface KindRules {
  /** Whether statements name principals. */
  readonly principal: boolean;
  /** Whether statements name resources. */
  readonly resource: boolean;
  /** Whether AWS completes an ARN with less than six parts: `arn:aws:sqs` is `arn:aws:sqs:*:*:*`. */
  readonly completesArns: boolean;
}

const resourcePolicy: KindRules = { principal: true, resource: true, completesArns: false };
const identityPolicy: KindRules = { principal: false, resource: true, completesArns: true };

/**
 * - `trust`: "How to use trust policies with IAM roles": no Resource, since the role is the resource.
 * - `repository`: "Private repository policy examples in Amazon ECR": no Resource.
 * - `identity`, `boundary`: "IAM identifiers" completes ARNs in identity-based policies. A boundary is one of these.
 * - `session`: AssumeRole refuses incomplete ARNs ("Amazon Resource Names (ARNs)", reference of identifiers).
 * - `scp`: whether incomplete ARNs are completed is not documented ("SCP syntax").
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

/** `undefined` if the kind is not the policy of a resource. */
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
