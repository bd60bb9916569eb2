/** What the error of a rejected write says about its cause. */
export type RefusalMeaning =
  /** The error says that AWS does not accept a principal. */
  | 'principal'
  /** The error names another cause. */
  | 'document'
  /** The error names no cause. It may be a principal. */
  | 'maybe-principal';

interface Refusal {
  /** The service, as `toServiceName` writes it, and the operation, as `toOperationName` writes it. */
  readonly service: string;
  readonly operations: readonly string[];
  /** Names of the error in the SDK. A service may use several names for the same error. */
  readonly names: readonly string[];
  /** Messages that name a principal as the cause. Absent if the name of the error already says so. */
  readonly principal?: RegExp;
  /** Texts that name another cause. */
  readonly document?: RegExp;
  /** Names of errors that always mean the document, whatever their message is. */
  readonly documentNames?: readonly string[];
}

/**
 * The errors by which each service rejects a document, or a list of accounts. If a message matches no pattern, the
 * cause is unknown. AWS changes messages without notice, so here are the sources:
 *
 * - S3: API reference, "Error responses" (MalformedPolicy); AWS re:Post, "Why do I get the error 'Invalid principal in
 * policy' when I try to update my Amazon S3 bucket policy?"; "Blocking public access to your Amazon S3 storage".
 * - KMS: API reference, "PutKeyPolicy"; CDK documentation, "Troubleshooting", "Policy contains a statement with one or
 * more invalid principals"; "The new key policy will not allow you to update the key policy in the future" (same
 * reference, `BypassPolicyLockoutSafetyCheck`).
 * - ECR: hashicorp/terraform-provider-aws issue 3924 and terraform-aws-modules/terraform-aws-ecr issue 19 ("Invalid
 * repository policy provided", for an unknown principal); awsdocs/amazon-ecr-user-guide pull request 20 (an equal
 * message for a `Resource`). "Principal not found" is the newer message for a principal.
 * - Secrets Manager: the Terraform provider retries on "This resource policy contains an unsupported principal"
 * (resource `aws_secretsmanager_secret_policy`); API reference, "PutResourcePolicy", "ValidateResourcePolicy".
 * - IAM: user guide, "Troubleshoot IAM policies"; AWS re:Post, "Why am I getting 'Invalid principal in policy' when I
 * update my IAM role's trust policy?".
 * - EC2: API reference, "Error codes" (InvalidAMIAttributeItemValue).
 * - KMS grants: API reference, "CreateGrant" (InvalidArnException).
 */
const refusals: readonly Refusal[] = [
  {
    service: 's3',
    operations: ['PutBucketPolicy'],
    names: ['MalformedPolicy'],
    principal: /invalid principal in policy/i,
    document:
      /invalid (resource|action)|missing required field|invalid json|does(n't| not) apply to any resource|maximum allowed document size|could not parse|conditions do not apply/i,
  },
  {
    service: 'kms',
    operations: ['PutKeyPolicy'],
    names: ['MalformedPolicyDocumentException'],
    principal: /invalid principals?/i,
    document: /update the key policy in the future|with no (principal|resource|action)|syntax|json/i,
  },
  {
    service: 'kms',
    operations: ['CreateGrant'],
    names: ['InvalidArnException'],
    // The request has one more ARN, that of the key. An earlier read has used it successfully, so it is not the cause.
  },
  {
    service: 'ecr',
    operations: ['SetRepositoryPolicy'],
    names: ['InvalidParameterException'],
    principal: /principal not found/i,
    document: /must have length|'registryId'|'repositoryName'/i,
  },
  {
    service: 'secretsmanager',
    operations: ['PutResourcePolicy'],
    names: ['MalformedPolicyDocumentException', 'InvalidParameterException', 'InvalidRequestException'],
    principal: /(unsupported|invalid) (service )?principal/i,
    document: /json|syntax|replica secret|with no |unsupported (action|resource|condition)/i,
    documentNames: ['PublicPolicyException', 'ValidationException'],
  },
  {
    service: 'iam',
    operations: ['UpdateAssumeRolePolicy'],
    names: ['MalformedPolicyDocument', 'MalformedPolicyDocumentException'],
    principal: /invalid principal in policy/i,
    document:
      /syntax errors|prohibited field|must specify a principal|may only specify|must be|invalid action|legacy parsing/i,
  },
  {
    service: 'iam',
    operations: ['CreatePolicy', 'CreatePolicyVersion'],
    // These documents have no principals, so a principal is never the cause.
    names: [],
    documentNames: ['MalformedPolicyDocument', 'MalformedPolicyDocumentException'],
  },
  {
    service: 'ec2',
    operations: ['ModifyImageAttribute'],
    names: ['InvalidAMIAttributeItemValue'],
  },
];

/** A call that was rejected, and its error. */
export interface Refused {
  readonly service: string;
  readonly operation: string;
  readonly error: Error;
}

/** @returns `undefined` if the error is not about the content of the call */
export function classifyRefusal({ service, operation, error }: Refused): RefusalMeaning | undefined {
  const row = refusals.find((each) => each.service === service && each.operations.includes(operation));
  if (row === undefined) return undefined;
  if (row.documentNames?.includes(error.name)) return 'document';
  return row.names.includes(error.name) ? meaningOfText(row, error.message) : undefined;
}

function meaningOfText({ principal, document }: Refusal, text: string): RefusalMeaning {
  if (principal === undefined || principal.test(text)) return 'principal';
  return document?.test(text) ? 'document' : 'maybe-principal';
}
