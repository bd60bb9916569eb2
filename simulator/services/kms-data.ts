import type * as sdk from '@aws-sdk/client-kms';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { announceKeyUse } from '../key-events.ts';
import { makeRandomText } from '../world.ts';
import { authorizeKey } from './kms-keys.ts';

/**
 * Operations that use a key. Nothing is really encrypted: a ciphertext only names its key and its context. Source: KMS
 * API reference, "GenerateDataKey", "Decrypt".
 */
export const kmsData: ServiceOperations = {
  GenerateDataKey: defineOperation<sdk.GenerateDataKeyCommandInput, sdk.GenerateDataKeyCommandOutput>(
    (call) => {
      const { EncryptionContext = {} } = call.input;
      const key = authorizeKey(call, 'kms:GenerateDataKey', toContext(EncryptionContext));
      announce(call, key.arn, 'kms:GenerateDataKey', EncryptionContext);
      const plaintext = makeRandomText(call.world, 32);
      const ciphertext: Ciphertext = { keyArn: key.arn, context: EncryptionContext, plaintext };
      return {
        KeyId: key.arn,
        Plaintext: encode(plaintext),
        CiphertextBlob: encode(JSON.stringify(ciphertext)),
      };
    },
  ),

  Decrypt: defineOperation<sdk.DecryptCommandInput, sdk.DecryptCommandOutput>((call) => {
    const { CiphertextBlob, EncryptionContext = {} } = call.input;
    const ciphertext = parse(CiphertextBlob);
    const on: ServiceCall<{ readonly KeyId: string }> = { ...call, input: { KeyId: ciphertext.keyArn } };
    const key = authorizeKey(on, 'kms:Decrypt', toContext(EncryptionContext));
    if (JSON.stringify(ciphertext.context) !== JSON.stringify(EncryptionContext)) throw createInvalid();
    announce(call, key.arn, 'kms:Decrypt', EncryptionContext);
    return { KeyId: key.arn, Plaintext: encode(ciphertext.plaintext) };
  }),
};

const announce = (
  { world, caller }: ServiceCall<object>,
  keyArn: string,
  action: string,
  encryptionContext: Readonly<Record<string, string>>,
): void => announceKeyUse(world, caller, { keyArn, action, encryptionContext });

interface Ciphertext {
  readonly keyArn: string;
  readonly context: Readonly<Record<string, string>>;
  readonly plaintext: string;
}

/** The condition keys for an encryption context (KMS developer guide, "AWS KMS condition keys"). */
const toContext = (given: Readonly<Record<string, string>>) => ({
  ...Object.fromEntries(Object.entries(given).map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
  'kms:EncryptionContextKeys': Object.keys(given),
});

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const createInvalid = () => createAwsError('InvalidCiphertextException', 'The ciphertext is not valid');

function parse(blob: Uint8Array | undefined): Ciphertext {
  try {
    return JSON.parse(new TextDecoder().decode(blob));
  } catch {
    throw createInvalid();
  }
}
