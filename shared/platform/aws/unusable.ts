import type { OnboardingError } from '../errors.ts';
import type { FailedCall } from './attempt.ts';
import { ResourceDisabledError, ResourceMissingError } from './errors.ts';

/** A resource that exists and cannot be used now. An operator must restore it. Creating it again would not help. */
export function explainUnusable(call: FailedCall): OnboardingError | undefined {
  return plannedSecret(call) ?? unusableKey(call) ?? unusableImage(call);
}

/**
 * A deleted secret can be restored for 7 to 30 days. Until then AWS answers "The secret is scheduled for deletion"
 * (GetResourcePolicy, Secrets Manager API reference).
 */
function plannedSecret({ what, thrown, fields }: FailedCall): OnboardingError | undefined {
  if (thrown.name !== 'InvalidRequestException' || !/(marked|scheduled) for deletion/i.test(thrown.message))
    return undefined;
  return new ResourceMissingError(
    `${what}: it is scheduled for deletion. Restore it, or remove its name from the configuration`,
    { ...fields, restorable: true },
    thrown,
  );
}

/**
 * Names of errors about a key that cannot be used. KMS itself answers DisabledException or KMSInvalidStateException
 * ("Key states of AWS KMS keys"). Services that use a key add a prefix to the name (S3 `KMS.`, SNS `KMS`). DynamoDB
 * quotes the error of KMS in its own message ("KMS key disabled error: …").
 */
const keyErrors = /^(KMS\.?)?(Disabled|InvalidState)(Exception)?$/;
const keyTexts = /^KMS key disabled|kms\.model\.(Disabled|KMSInvalidState)/;

function unusableKey({ what, thrown, fields }: FailedCall): OnboardingError | undefined {
  const ofTable = fields.service === 'dynamodb' && keyTexts.test(thrown.message);
  if (!keyErrors.test(thrown.name) && !ofTable) return undefined;
  return new ResourceDisabledError(`${what}: ${keyState(thrown)}`, fields, thrown);
}

function keyState({ name, message }: Error): string {
  const said = `(${message})`;
  if (/pending.?deletion/i.test(message))
    return `its KMS key is scheduled for deletion ${said}. Cancel the deletion (aws kms cancel-key-deletion) and enable the key, or remove it from the configuration`;
  if (/Disabled/.test(name) || /disabled/i.test(message))
    return `its KMS key is disabled ${said}. Enable it (aws kms enable-key), or remove it from the configuration`;
  return `its KMS key is unusable in its present state ${said}. See: aws kms describe-key`;
}

/**
 * An image that cannot be used. "InvalidAMIID.Unavailable: the AMI has been deregistered and is no longer available, or
 * is not in a state from which you can launch an instance or specify attributes" (EC2 API reference, "Error codes"). A
 * disabled AMI cannot be shared, and has lost its launch permissions ("DisableImage"). AWS does not document which
 * error it gives then.
 */
function unusableImage({ what, thrown, fields }: FailedCall): OnboardingError | undefined {
  if (fields.service !== 'ec2' || !/Image/.test(fields.operation)) return undefined;
  const isDisabled = /\bdisabled\b/i.test(thrown.message);
  if (isDisabled)
    return new ResourceDisabledError(
      `${what}: the image is disabled (${thrown.message}). Enable it (aws ec2 enable-image), or remove its id from the configuration`,
      fields,
      thrown,
    );
  if (thrown.name !== 'InvalidAMIID.Unavailable') return undefined;
  return new ResourceMissingError(
    `${what}: the image was deregistered or is disabled (${thrown.message}). If aws ec2 describe-images --include-disabled ` +
      'still shows it, enable it (aws ec2 enable-image); otherwise remove its id from the configuration',
    fields,
    thrown,
  );
}
